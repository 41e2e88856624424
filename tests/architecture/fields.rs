//! Counts the fields of structs.

use std::str::FromStr as _;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::File;

/// A struct and how many fields it has.
#[derive(Debug, PartialEq, Eq)]
pub struct Struct {
    pub path: String,
    pub name: String,
    pub fields: usize,
}

/// Every struct with named fields in a file, also those inside modules and functions.
pub fn structs(file: &File) -> Vec<Struct> {
    let mut found = Vec::new();
    if let Ok(tokens) = TokenStream::from_str(&file.text) {
        read(&file.path, tokens, &mut found);
    }
    found
}

fn read(path: &str, tokens: TokenStream, found: &mut Vec<Struct>) {
    // The name of the struct whose fields come next.
    let mut name: Option<String> = None;
    let mut is_named_next = false;
    for token in tokens {
        match token {
            TokenTree::Ident(ident) if is_named_next => {
                name = Some(ident.to_string());
                is_named_next = false;
            }
            TokenTree::Ident(ident) => is_named_next = ident == "struct",
            TokenTree::Group(group) => {
                if group.delimiter() == Delimiter::Brace
                    && let Some(name) = name.take()
                {
                    found.push(Struct { path: path.to_owned(), name, fields: count(group.stream()) });
                }
                read(path, group.stream(), found);
            }
            // A unit or tuple struct ends here.
            TokenTree::Punct(mark) if mark.as_char() == ';' => name = None,
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// How many fields are between the braces of a struct: each has one colon of its own outside any brackets.
fn count(fields: TokenStream) -> usize {
    let mut angles = 0_i32;
    let mut marks: Vec<char> = Vec::new();
    let mut count = 0;
    for token in fields {
        let TokenTree::Punct(mark) = token else {
            marks.push(' ');
            continue;
        };
        match mark.as_char() {
            '<' => angles += 1,
            // The arrow of a function type is no closing bracket.
            '>' if marks.last() != Some(&'-') => angles -= 1,
            ',' if angles == 0 => count += 1,
            _ => {}
        }
        marks.push(mark.as_char());
    }
    // The last field may have no comma.
    count + usize::from(marks.last().is_some_and(|mark| *mark != ','))
}
