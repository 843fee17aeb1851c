//! Tokens and sessions.

use super::base::SledTx;
use crate::{
    policy::{tokens::Token, wrong_tokens::WrongTokens},
    store::{error::Result, sled::keys, tx::Access},
};

impl Access for SledTx<'_> {
    fn token(&mut self, id: &str) -> Result<Option<Token>> {
        self.get(&keys::token(id))
    }

    fn tokens(&mut self) -> Result<Vec<Token>> {
        let rows = self.change.rows(&self.books.engine, keys::TOKENS)?;
        let tokens: Result<Vec<Option<Token>>> = rows.keys().map(|key| self.get(key)).collect();
        let mut tokens: Vec<Token> = tokens?.into_iter().flatten().collect();
        tokens.sort_by_key(|token| token.created_ms);
        Ok(tokens)
    }

    fn set_token(&mut self, token: &Token) {
        self.change.writes.put(keys::token(&token.id), token);
    }

    fn remove_token(&mut self, id: &str) {
        self.change.writes.remove(keys::token(id));
    }

    fn wrong_tokens(&mut self, place: u16) -> Result<WrongTokens> {
        Ok(self.get(&keys::wrong_tokens(place))?.unwrap_or_default())
    }

    fn set_wrong_tokens(&mut self, place: u16, clients: &WrongTokens) {
        self.change.writes.put(keys::wrong_tokens(place), clients);
    }
}
