//! Names the texts for kinds of channels and the labels of their keys in forms.

texts! {
    /// The kinds of channels; the keys of all kinds; hints on what to type there.
    KindWords {
        wecom_robot wecom_app dingtalk_robot feishu_robot slack discord matrix ntfy email webhook
        key access_token secret token homeserver room smtp password from to encryption corp_id
        agent_id format api_url
        wecom_key_hint dingtalk_token_hint sign_secret_hint feishu_token_hint hook_url_hint
        homeserver_hint room_hint matrix_token_hint ntfy_url_hint ntfy_token_hint smtp_hint
        from_hint mail_to_hint webhook_url_hint webhook_secret_hint app_secret_hint members_hint
        api_url_hint
        as_news as_markdown as_text by_tls by_starttls in_clear
    }
    counted {}
    also {}
}

impl KindWords {
    /// Returns the words for a kind that can be made at the desk, by the config's name for it.
    #[must_use]
    pub fn kind(&self, name: &str) -> Option<&'static str> {
        Some(match name {
            "wecom-robot" => self.wecom_robot,
            "wecom-app" => self.wecom_app,
            "dingtalk-robot" => self.dingtalk_robot,
            "feishu-robot" => self.feishu_robot,
            "slack" => self.slack,
            "discord" => self.discord,
            "matrix" => self.matrix,
            "ntfy" => self.ntfy,
            "email" => self.email,
            "webhook" => self.webhook,
            _ => return None,
        })
    }

    /// Returns the label of a key of a kind in forms.
    #[must_use]
    pub fn label(&self, key: &str) -> Option<&'static str> {
        Some(match key {
            "key" => self.key,
            "access_token" => self.access_token,
            "secret" => self.secret,
            "token" => self.token,
            "homeserver" => self.homeserver,
            "room" => self.room,
            "smtp" => self.smtp,
            "password" => self.password,
            "from" => self.from,
            "to" => self.to,
            "encryption" => self.encryption,
            "corp_id" => self.corp_id,
            "agent_id" => self.agent_id,
            "format" => self.format,
            "api_url" => self.api_url,
            _ => return None,
        })
    }

    /// Returns the text for one of the words that a key may have.
    #[must_use]
    pub fn word(&self, word: &str) -> Option<&'static str> {
        Some(match word {
            "news" => self.as_news,
            "markdown" => self.as_markdown,
            "text" => self.as_text,
            "tls" => self.by_tls,
            "starttls" => self.by_starttls,
            "none" => self.in_clear,
            _ => return None,
        })
    }

    /// Returns a hint on what to type there; empty if the label is enough.
    #[must_use]
    pub fn hint(&self, kind: &str, key: &str) -> &'static str {
        match (kind, key) {
            ("wecom-robot", "key") => self.wecom_key_hint,
            ("dingtalk-robot", "access_token") => self.dingtalk_token_hint,
            ("dingtalk-robot" | "feishu-robot", "secret") => self.sign_secret_hint,
            ("feishu-robot", "token") => self.feishu_token_hint,
            ("slack" | "discord", "url") => self.hook_url_hint,
            ("matrix", "homeserver") => self.homeserver_hint,
            ("matrix", "room") => self.room_hint,
            ("matrix", "access_token") => self.matrix_token_hint,
            ("ntfy", "url") => self.ntfy_url_hint,
            ("ntfy", "token") => self.ntfy_token_hint,
            ("email", "smtp") => self.smtp_hint,
            ("email", "from") => self.from_hint,
            ("email", "to") => self.mail_to_hint,
            ("webhook", "url") => self.webhook_url_hint,
            ("webhook", "secret") => self.webhook_secret_hint,
            ("wecom-app", "secret") => self.app_secret_hint,
            ("wecom-app", "to") => self.members_hint,
            (_, "api_url") => self.api_url_hint,
            _ => "",
        }
    }
}
