//! Tokens and sessions.

use tokio_postgres::types::Json;

use super::base::PostgresTx;
use crate::{
    policy::tokens::Token,
    store::{
        error::Result,
        postgres::{rows::json, session::params},
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
}
