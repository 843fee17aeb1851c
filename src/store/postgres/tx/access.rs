//! Tokens and sessions.

use tokio_postgres::types::Json;

use super::base::PostgresTx;
use crate::{
    bulletin::Secret,
    policy::{tokens::Token, wrong_tokens::WrongTokens},
    store::{
        error::Result,
        postgres::{
            rows::{get, json},
            session::params,
        },
        tx::Access,
    },
};

impl Access for PostgresTx<'_> {
    fn token(&mut self, id: &str) -> Result<Option<Token>> {
        let row = self
            .session
            .row("SELECT token FROM tokens WHERE id = $1", &[&id])?;
        row.map(|row| json(&row, 0)).transpose()
    }

    fn tokens(&mut self) -> Result<Vec<Token>> {
        let asked = "SELECT token FROM tokens ORDER BY created_ms, id COLLATE \"C\"";
        let rows = self.session.rows(asked, &[])?;
        rows.iter().map(|row| json(row, 0)).collect()
    }

    fn set_token(&mut self, token: &Token) {
        self.write(
            "INSERT INTO tokens VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET \
             created_ms = excluded.created_ms, token = excluded.token",
            params![token.id.clone(), token.created_ms, Json(token.clone())],
        );
    }

    fn remove_token(&mut self, id: &str) {
        self.write("DELETE FROM tokens WHERE id = $1", params![id.to_owned()]);
    }

    fn wrong_tokens(&mut self, place: u16) -> Result<WrongTokens> {
        let asked = "SELECT clients FROM wrong_tokens WHERE place = $1";
        let row = self.session.row(asked, &[&i32::from(place)])?;
        row.map_or(Ok(WrongTokens::default()), |row| json(&row, 0))
    }

    fn set_wrong_tokens(&mut self, place: u16, clients: &WrongTokens) {
        self.write(
            "INSERT INTO wrong_tokens VALUES ($1, $2) \
             ON CONFLICT (place) DO UPDATE SET clients = excluded.clients",
            params![i32::from(place), Json(clients.clone())],
        );
    }

    fn admin_token(&mut self) -> Result<Option<Secret>> {
        let asked = "SELECT admin_token FROM counters";
        let row = self.session.row(asked, &[])?;
        let token: Option<String> = row.map_or(Ok(None), |row| get(&row, 0))?;
        Ok(token.map(Secret::new))
    }

    fn set_admin_token(&mut self, token: &Secret) {
        self.write(
            "UPDATE counters SET admin_token = $1",
            params![token.reveal().to_owned()],
        );
    }
}
