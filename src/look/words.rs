//! Words as sentences.

use std::fmt::Display;

/// Words with a capital letter at their beginning. Greek letters, which are symbols, stay as they are.
pub fn capital(words: &str) -> String {
    let mut letters = words.chars();
    match letters.next() {
        Some(first) if first.is_ascii() => format!("{}{}", first.to_ascii_uppercase(), letters.as_str()),
        _ => words.to_owned(),
    }
}

/// Words with a capital letter at their beginning and a full stop at their end.
pub fn as_sentence(words: &impl Display) -> String {
    capital(&format!("{words}."))
}

#[cfg(test)]
mod tests {
    use super::capital;

    #[test]
    fn sentences_begin_with_a_capital_and_symbols_stay() {
        assert_eq!(capital("noise, in"), "Noise, in");
        assert_eq!(capital("β changed"), "β changed");
        assert_eq!(capital(""), "");
    }
}
