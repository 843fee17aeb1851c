//! Tokens and sessions.

use super::base::MemoryTx;
use crate::{
    policy::{tokens::Token, wrong_tokens::WrongTokens},
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

    fn wrong_tokens(&mut self, place: u16) -> Result<WrongTokens> {
        let known = self.state.tables.wrong_tokens.get(&place);
        Ok(known.cloned().unwrap_or_default())
    }

    fn set_wrong_tokens(&mut self, place: u16, clients: &WrongTokens) {
        let all = &mut self.state.tables.wrong_tokens;
        all.set(place, clients.clone());
    }
}
