//! Tokens and sessions.

use super::base::MemoryTx;
use crate::{
    policy::tokens::Token,
    store::{error::Result, tx::Access},
};

impl Access for MemoryTx<'_> {
    fn token(&mut self, id: &str) -> Result<Option<Token>> {
        Ok(self.state.tables.tokens.get(&id.to_owned()).cloned())
    }

    fn tokens(&mut self) -> Result<Vec<Token>> {
        let tokens = self.state.tables.tokens.iter();
        let mut tokens: Vec<Token> = tokens.map(|(_, token)| token.clone()).collect();
        tokens.sort_by_key(|token| token.created_ms);
        Ok(tokens)
    }

    fn set_token(&mut self, token: &Token) {
        self.state
            .tables
            .tokens
            .set(token.id.clone(), token.clone());
    }

    fn remove_token(&mut self, id: &str) {
        self.state.tables.tokens.remove(&id.to_owned());
    }
}
