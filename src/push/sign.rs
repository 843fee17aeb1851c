//! Signs requests of robots and webhooks with HMAC-SHA256.

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::hmac;

/// Returns the authentication code of `message` under `key`, as Base64.
pub(super) fn sign(key: &[u8], message: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    STANDARD.encode(hmac::sign(&key, message))
}

/// Signs for DingTalk: the secret is the key, and part of the message.
pub(super) fn dingtalk(timestamp_ms: i64, secret: &str) -> String {
    sign(
        secret.as_bytes(),
        format!("{timestamp_ms}\n{secret}").as_bytes(),
    )
}

/// Signs for Feishu: the timestamp and the secret are the key, and there is no message.
pub(super) fn feishu(timestamp_s: i64, secret: &str) -> String {
    sign(format!("{timestamp_s}\n{secret}").as_bytes(), b"")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with Python's hmac, hashlib and base64.
    #[test]
    fn the_signatures_are_those_that_others_compute() {
        assert_eq!(
            sign(b"key", b"The quick brown fox jumps over the lazy dog"),
            "97yD9DBThCSxMpjmqm+xQ+9NWaFJRhdZl0edvC0aPNg="
        );
        assert_eq!(
            dingtalk(1_732_412_345_678, "SECnoticast"),
            "L9IMvGhsWGRtkJTPse07Vu4R4l/bd/jq+nX9H1JATP8="
        );
        assert_eq!(
            feishu(1_732_412_345, "noticast"),
            "NrSHLZ1tSbQYjIXZjUwIq1KC3odxiU6A1R6HNqfU4ZY="
        );
    }

    #[test]
    #[ignore = "reads ../shared"]
    fn the_recorded_signatures_come_out() {
        let text = std::fs::read_to_string("../shared/facts/golden/sign_vectors.json").unwrap();
        let golden: serde_json::Value = serde_json::from_str(&text).unwrap();
        let vectors = golden["vectors"].as_array().unwrap();
        assert!(vectors.len() >= 6);
        for vector in vectors {
            let text = |key: &str| vector[key].as_str().unwrap();
            let number = |key: &str| text(key).parse().unwrap();
            let signed = match text("platform") {
                "dingtalk" => dingtalk(number("timestamp_ms"), text("secret")),
                "feishu" => feishu(number("timestamp_s"), text("secret")),
                other => panic!("no signature of {other}"),
            };
            assert_eq!(signed, text("sign_base64"));
        }
    }
}
