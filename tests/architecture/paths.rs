//! Reads the tokens of a Rust file and lists the paths that it names.
//!
//! Every path counts, wherever it is: in a `use` (groups, globs and renames included), inline in an expression or a
//! type, inside a macro, under `#[cfg(test)]`. Comments and strings name nothing. Paths that begin with `crate`,
//! `self`, `super` or `hourglass` are resolved against the module that they are written in. Not seen: a path inside a
//! string, as serde's attributes allow.

use std::collections::BTreeSet;
use std::iter::Peekable;

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree, token_stream::IntoIter};

/// One path named in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// As it is written, with groups spelled out: `crate::engine::Command`.
    pub written: String,
    /// From the root of the crate, without `crate`; `None` when the path does not begin inside this crate.
    pub from_root: Option<Vec<String>>,
    /// The module that it is written in.
    pub module: Vec<String>,
    /// For a `use`: the name that it brings into this module, `*` for all of them.
    pub binds: Option<String>,
    /// Inside a `pub use`, which makes the name available to other modules.
    pub is_reexport: bool,
    /// Inside an item under `#[cfg(test)]`.
    pub is_test: bool,
}

/// What a file holds, as far as imports are concerned.
#[derive(Default)]
pub struct Contents {
    /// Every path, in order.
    pub named: Vec<Named>,
    /// The items that the file defines: the module, then the name.
    pub items: BTreeSet<(Vec<String>, String)>,
    /// The module of the file, and those inside it.
    pub modules: Vec<Vec<String>>,
    /// Modules in files of their own that are declared under `#[cfg(test)]`.
    pub test_modules: Vec<Vec<String>>,
    /// Every name outside a `use` and outside `#[cfg(test)]`.
    pub used: BTreeSet<String>,
}

/// Reads the tokens of a file. `module` is the module that it holds: `["app", "panels", "latent"]`.
pub fn read(tokens: TokenStream, module: &[String]) -> Contents {
    let mut reader = Reader {
        module: module.to_vec(),
        is_reexport: false,
        is_test: false,
        is_nested: false,
        contents: Contents { modules: vec![module.to_vec()], ..Contents::default() },
    };
    reader.stretch(tokens);
    reader.contents
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

/// The keywords before the name of an item.
const ITEMS: &[&str] = &["struct", "enum", "union", "trait", "type", "fn", "const", "static", "macro_rules"];

type Tokens = Peekable<IntoIter>;

struct Reader {
    module: Vec<String>,
    is_reexport: bool,
    is_test: bool,
    /// Inside an item, where a `fn` is a method and no name of the module.
    is_nested: bool,
    contents: Contents,
}

impl Reader {
    /// Any sequence of tokens: a file, or what is between two brackets.
    fn stretch(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter().peekable();
        let is_test_around = self.is_test;
        let mut is_public = false;
        let mut last_mark = ' ';
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Group(group) => {
                    let is_nested_around = self.is_nested;
                    // What stands in a macro's braces may become items of the module.
                    self.is_nested |= last_mark != '!';
                    self.stretch(group.stream());
                    self.is_nested = is_nested_around;
                    if last_mark == '#' && is_cfg_test(&group) {
                        self.is_test = true;
                    } else if group.delimiter() == Delimiter::Brace {
                        self.is_test = is_test_around;
                    }
                }
                TokenTree::Ident(ident) => {
                    let name = name_of(&ident);
                    if name == "pub" {
                        skip_visibility(&mut tokens);
                        is_public = true;
                        continue;
                    }
                    // A lifetime is no name: `'static`.
                    if last_mark != '\'' {
                        self.ident(&mut tokens, name, is_public, is_test_around);
                    }
                }
                TokenTree::Punct(mark) => {
                    last_mark = mark.as_char();
                    if matches!(last_mark, ';' | ',') {
                        self.is_test = is_test_around;
                    }
                    is_public = false;
                    continue;
                }
                TokenTree::Literal(_) => {}
            }
            (is_public, last_mark) = (false, ' ');
        }
        self.is_test = is_test_around;
    }

    fn ident(&mut self, tokens: &mut Tokens, name: String, is_public: bool, is_test_around: bool) {
        match name.as_str() {
            // `impl Trait + use<'a>` says what a type captures and imports nothing.
            "use" if !tokens.peek().is_some_and(is_opening_angle) => {
                self.is_reexport = is_public;
                self.use_tree(tokens, &[]);
                self.is_reexport = false;
                self.is_test = is_test_around;
            }
            "mod" => {
                self.inline_module(tokens);
                self.is_test = is_test_around;
            }
            _ => {
                if ITEMS.contains(&name.as_str()) {
                    self.item(tokens);
                }
                if !self.is_test {
                    self.contents.used.insert(name.clone());
                }
                self.path(tokens, vec![name]);
            }
        }
    }

    /// Notes the item whose name comes next; the name itself stays to be read.
    fn item(&mut self, tokens: &mut Tokens) {
        // `macro_rules! name`.
        tokens.next_if(|token| matches!(token, TokenTree::Punct(mark) if mark.as_char() == '!'));
        if let Some(TokenTree::Ident(name)) = tokens.peek()
            && !self.is_nested
        {
            self.contents.items.insert((self.module.clone(), name_of(name)));
        }
    }

    /// `mod name { … }`: `super` inside it means one level less. `mod name;` is another file.
    fn inline_module(&mut self, tokens: &mut Tokens) {
        let Some(TokenTree::Ident(name)) = tokens.next() else {
            return;
        };
        self.module.push(name_of(&name));
        if let Some(TokenTree::Group(body)) = tokens.next_if(is_braced) {
            self.contents.modules.push(self.module.clone());
            self.stretch(body.stream());
        } else if self.is_test {
            self.contents.test_modules.push(self.module.clone());
        }
        self.module.pop();
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
        self.note(&names, None);
    }

    /// One branch of a `use`, below the names in `above`; ends at a comma, a semicolon or the last token.
    fn use_tree(&mut self, tokens: &mut Tokens, above: &[String]) {
        let mut names = above.to_vec();
        let mut ends_here = false;
        let mut alias = None;
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Ident(ident) if ident == "as" => {
                    if let Some(TokenTree::Ident(name)) = tokens.next() {
                        alias = Some(name_of(&name));
                    }
                }
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
            // `use a::b::{self}` binds `b`.
            let last = names.iter().rev().find(|name| *name != "self").cloned();
            self.note(&names, alias.or(last));
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

    fn note(&mut self, names: &[String], binds: Option<String>) {
        self.contents.named.push(Named {
            written: names.join("::"),
            from_root: from_root(names, &self.module),
            module: self.module.clone(),
            binds,
            is_reexport: self.is_reexport,
            is_test: self.is_test,
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

/// `[cfg(test)]`, also as one of several conditions that must hold.
fn is_cfg_test(attribute: &Group) -> bool {
    let written = attribute.stream().to_string();
    let mut words = written.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.next() == Some("cfg") && {
        let words: Vec<&str> = words.collect();
        words.contains(&"test") && !words.contains(&"not") && !words.contains(&"any")
    }
}

fn is_braced(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

fn is_opening_angle(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(mark) if mark.as_char() == '<')
}

/// Passes over `(crate)`, `(super)`, `(in …)` after `pub`, but not over a tuple field's type: `pub (A, B)`.
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

/// Passes over `::`; true when it was there.
fn skip_double_colon(tokens: &mut Tokens) -> bool {
    let first = |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ':' && mark.spacing() == Spacing::Joint);
    let second = |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ':');
    tokens.next_if(first).is_some() && tokens.next_if(second).is_some()
}
