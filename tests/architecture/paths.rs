//! Reads the tokens of a Rust file and tells which paths it names.
//!
//! Every path counts, wherever it stands: in a `use` (groups, globs and renames included), inline in an
//! expression or a type, inside a macro, under `#[cfg(test)]`. Comments and strings are not tokens that name
//! anything, so they never count. Paths that start at `crate`, `self`, `super` or `hourglass` are resolved against
//! the module they stand in. What this cannot see: a path written inside a string, as serde's attributes allow.

use std::iter::Peekable;

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree, token_stream::IntoIter};

/// One path named in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// As it is written, with groups spelled out: `crate::engine::Command`.
    pub written: String,
    /// From the root of the crate, without `crate`; `None` when the path does not start inside this crate.
    pub from_root: Option<Vec<String>>,
    /// True inside a `pub use`, which hands the name on to other rooms.
    pub handed_on: bool,
}

/// Every path that `tokens` names, in order. `module` is where they stand: `["app", "panels", "latent"]`.
pub fn read(tokens: TokenStream, module: &[String]) -> Vec<Named> {
    let mut reader = Reader { module: module.to_vec(), handed_on: false, found: Vec::new() };
    reader.stretch(tokens);
    reader.found
}

/// The module a file holds: `src/app/panels/latent.rs` is `["app", "panels", "latent"]`, `src/lib.rs` is the root.
pub fn module_of(file: &str) -> Vec<String> {
    let inside = file.trim_start_matches("src/").trim_end_matches(".rs");
    let mut names: Vec<String> = inside.split('/').map(str::to_owned).collect();
    if matches!(names.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        names.pop();
    }
    names
}

type Tokens = Peekable<IntoIter>;

struct Reader {
    module: Vec<String>,
    handed_on: bool,
    found: Vec<Named>,
}

impl Reader {
    /// Any stretch of code: a file, or what stands between two brackets.
    fn stretch(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter().peekable();
        let mut public = false;
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Group(group) => self.stretch(group.stream()),
                TokenTree::Ident(ident) => match name_of(&ident).as_str() {
                    "pub" => {
                        skip_visibility(&mut tokens);
                        public = true;
                        continue;
                    }
                    // `impl Trait + use<'a>` says what a type captures and imports nothing.
                    "use" if !tokens.peek().is_some_and(is_opening_angle) => {
                        self.handed_on = public;
                        self.use_tree(&mut tokens, &[]);
                        self.handed_on = false;
                    }
                    "mod" => self.inline_module(&mut tokens),
                    name => self.path(&mut tokens, vec![name.to_owned()]),
                },
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
            public = false;
        }
    }

    /// `mod name { … }`: `super` inside it means one level less.
    fn inline_module(&mut self, tokens: &mut Tokens) {
        let Some(TokenTree::Ident(name)) = tokens.next() else {
            return;
        };
        if let Some(TokenTree::Group(body)) = tokens.next_if(is_braced) {
            self.module.push(name_of(&name));
            self.stretch(body.stream());
            self.module.pop();
        }
    }

    /// A path outside a `use`, from its first name on.
    fn path(&mut self, tokens: &mut Tokens, mut names: Vec<String>) {
        while skip_double_colon(tokens) {
            match tokens.next_if(|token| matches!(token, TokenTree::Ident(_))) {
                Some(TokenTree::Ident(ident)) => names.push(name_of(&ident)),
                // `Vec::<T>`: what follows is read as a path of its own.
                _ => break,
            }
        }
        self.note(&names);
    }

    /// One branch of a `use`, below the names in `above`; stops at a comma, a semicolon or the end.
    fn use_tree(&mut self, tokens: &mut Tokens, above: &[String]) {
        let mut names = above.to_vec();
        let mut ends_here = false;
        for token in tokens.by_ref() {
            match token {
                TokenTree::Ident(ident) if ident == "as" => break,
                TokenTree::Ident(ident) => {
                    names.push(name_of(&ident));
                    ends_here = true;
                }
                TokenTree::Punct(mark) if mark.as_char() == '*' => {
                    names.push("*".to_owned());
                    ends_here = true;
                }
                TokenTree::Group(group) => {
                    self.use_group(group.stream(), &names);
                    ends_here = false;
                }
                TokenTree::Punct(mark) if mark.as_char() == ';' => break,
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
        if ends_here {
            self.note(&names);
        }
    }

    /// The branches between the braces of a `use`.
    fn use_group(&mut self, group: TokenStream, above: &[String]) {
        let mut branch = Vec::new();
        let comma = |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ',');
        for token in group {
            if comma(&token) {
                self.use_branch(branch.drain(..).collect(), above);
            } else {
                branch.push(token);
            }
        }
        self.use_branch(branch.into_iter().collect(), above);
    }

    fn use_branch(&mut self, branch: TokenStream, above: &[String]) {
        self.use_tree(&mut branch.into_iter().peekable(), above);
    }

    fn note(&mut self, names: &[String]) {
        self.found.push(Named {
            written: names.join("::"),
            from_root: from_root(names, &self.module),
            handed_on: self.handed_on,
        });
    }
}

/// Resolves the leading `crate`, `hourglass`, `self` and `super` of a path.
fn from_root(names: &[String], module: &[String]) -> Option<Vec<String>> {
    let mut at = match names.first()?.as_str() {
        "crate" | "hourglass" => Vec::new(),
        "self" => module.to_vec(),
        "super" => parent(module.to_vec()),
        _ => return None,
    };
    for name in &names[1..] {
        match name.as_str() {
            "self" => {}
            "super" => at = parent(at),
            other => at.push(other.to_owned()),
        }
    }
    Some(at)
}

fn parent(mut module: Vec<String>) -> Vec<String> {
    module.pop();
    module
}

/// The name itself: `r#type` is `type`.
fn name_of(ident: &proc_macro2::Ident) -> String {
    let written = ident.to_string();
    written.strip_prefix("r#").map(str::to_owned).unwrap_or(written)
}

fn is_braced(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

fn is_opening_angle(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(mark) if mark.as_char() == '<')
}

/// Passes over `(crate)`, `(super)`, `(in …)` after `pub`; a tuple field's type, `pub (A, B)`, stays.
fn skip_visibility(tokens: &mut Tokens) {
    tokens.next_if(|token| {
        let TokenTree::Group(group) = token else {
            return false;
        };
        let inside: Vec<String> = group.stream().into_iter().map(|inner| inner.to_string()).collect();
        let alone =
            matches!(inside.as_slice(), [only] if matches!(only.as_str(), "crate" | "super" | "self"));
        group.delimiter() == Delimiter::Parenthesis
            && (alone || inside.first().is_some_and(|first| first == "in"))
    });
}

/// Passes over `::`; true when it stood there.
fn skip_double_colon(tokens: &mut Tokens) -> bool {
    let first = |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ':' && mark.spacing() == Spacing::Joint);
    let second = |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ':');
    tokens.next_if(first).is_some() && tokens.next_if(second).is_some()
}
