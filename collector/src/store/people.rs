//! People, what each may do where, their tokens, and what was done.

use super::Failure;
use crate::clock::Millis;
use async_trait::async_trait;
use std::collections::BTreeMap;

/// What somebody may do on a site. Each may what those before it may.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Role {
    /// Make links to the panel of a conversation: a chat tool's server.
    Panel,
    /// List and watch.
    Viewer,
    /// Star, note, share, export, keep filters, say conversations.
    Member,
    /// Everything: settings, erasure, people, tokens.
    Owner,
}

impl Role {
    /// All of them with the API's word.
    pub const ALL: [(&'static str, Role); 4] =
        [("panel", Role::Panel), ("viewer", Role::Viewer), ("member", Role::Member), ("owner", Role::Owner)];

    /// The API's word.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, role)| *role == self).map_or("", |(word, _)| word)
    }

    /// The role that `word` names.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == word).map(|(_, role)| *role)
    }
}

/// All sites, those to come among them.
pub const EVERYWHERE: &str = "*";

/// A role for each site.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rights(pub BTreeMap<String, Role>);

impl Rights {
    /// One role on one site, or [`EVERYWHERE`].
    pub fn one(site: &str, role: Role) -> Self {
        Self(BTreeMap::from([(site.to_owned(), role)]))
    }

    /// What they come to on a site.
    pub fn on(&self, site: &str) -> Option<Role> {
        self.0.get(site).copied().max(self.everywhere())
    }

    /// What they come to on every site.
    pub fn everywhere(&self) -> Option<Role> {
        self.0.get(EVERYWHERE).copied()
    }
}

/// A person.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct User {
    pub id: String,
    pub name: String,
    /// Lower case.
    pub login: Option<String>,
    /// As a PHC string.
    pub password: Option<String>,
    pub created_ms: Millis,
    pub rights: Rights,
}

/// What was done.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Deed {
    pub number: i64,
    pub at_ms: Millis,
    pub actor: String,
    pub action: String,
    pub object: String,
}

/// The part of the store that knows people.
#[async_trait]
pub trait People {
    /// Adds a person, or puts one with the same id in its place; `false` when another has the login.
    async fn put_user(&self, user: User) -> Result<bool, Failure>;
    /// Everybody, by name.
    async fn users(&self) -> Result<Vec<User>, Failure>;
    /// One person.
    async fn user(&self, id: &str) -> Result<Option<User>, Failure>;
    /// The person with a login.
    async fn user_by_login(&self, login: &str) -> Result<Option<User>, Failure>;
    /// Removes a person, with sessions and sign-in links.
    async fn remove_user(&self, id: &str) -> Result<bool, Failure>;
    /// Ends a person's sessions but for one.
    async fn end_sessions(&self, user: &str, but: [u8; 32]) -> Result<(), Failure>;
    /// All tokens, oldest first.
    async fn tokens(&self) -> Result<Vec<super::Access>, Failure>;
    /// Takes a token back by its id.
    async fn revoke_token(&self, id: &str) -> Result<bool, Failure>;
    /// What was done, newest first, before a number.
    async fn deeds(&self, before: i64, limit: u32) -> Result<Vec<Deed>, Failure>;
    /// Somebody watches a recording; within so many milliseconds of another time it is the same time.
    async fn note_watch(&self, rid: i64, actor: &str, now_ms: Millis, once_in_ms: Millis) -> Result<(), Failure>;
    /// Who watched a recording, newest first.
    async fn watches(&self, rid: i64) -> Result<Vec<(Millis, String)>, Failure>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greater_right_counts() {
        let mut rights = Rights::one("s_1", Role::Member);
        assert_eq!((rights.on("s_1"), rights.on("s_2")), (Some(Role::Member), None));
        rights.0.insert(EVERYWHERE.to_owned(), Role::Viewer);
        assert_eq!((rights.on("s_1"), rights.on("s_2")), (Some(Role::Member), Some(Role::Viewer)));
        for (word, role) in Role::ALL {
            assert_eq!((Role::parse(word), role.as_str()), (Some(role), word));
        }
    }
}
