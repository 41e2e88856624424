//! Breaking and cutting text to a width.
//!
//! How wide a text is depends on the font it will be drawn with, so whoever lays out text is given a function for it.

/// The width of a text at a size of type.
pub type TextWidth<'a> = &'a dyn Fn(&str, f64) -> f64;

/// What stands for the part of a text that was cut off.
const ELLIPSIS: char = '…';

/// A text that fits into `room`: whole, or its beginning and an ellipsis; `None` where not even its first letter fits.
pub fn elided(text: &str, size: f64, room: f64, width: TextWidth<'_>) -> Option<String> {
    if width(text, size) <= room {
        return Some(text.to_owned());
    }
    let shortened = |letters: usize| -> String {
        text.chars().take(letters).collect::<String>().trim_end().chars().chain([ELLIPSIS]).collect()
    };
    let fits = |letters: usize| width(&shortened(letters), size) <= room;
    // The number of letters that fit, by bisection.
    let (mut fitting, mut beyond) = (0, text.chars().count());
    while fitting + 1 < beyond {
        let middle = usize::midpoint(fitting, beyond);
        if fits(middle) { fitting = middle } else { beyond = middle }
    }
    (fitting > 0).then(|| shortened(fitting))
}

/// Breaks a text into lines no wider than `room`, preferably at a dot between phrases rather than within a phrase. A
/// word that is wider than that is broken.
pub fn wrapped(text: &str, size: f64, room: f64, width: TextWidth<'_>) -> Vec<String> {
    if !text.trim().is_empty() && width(text, size) <= room {
        return vec![text.to_owned()];
    }
    let space = width("a a", size) - width("aa", size);
    let mut lines: Vec<String> = Vec::new();
    let mut used = f64::INFINITY;
    for piece in phrases(text).flat_map(|phrase| pieces(&phrase, size, room, width)) {
        let needed = width(&piece, size);
        match lines.last_mut() {
            Some(line) if used + space + needed <= room => {
                line.push(' ');
                line.push_str(&piece);
                used += space + needed;
            }
            _ => {
                lines.push(piece);
                used = needed;
            }
        }
    }
    lines
}

/// The phrases between dots, each with the dot that follows it.
fn phrases(text: &str) -> impl Iterator<Item = String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let phrases: Vec<String> =
        words.split_inclusive(|word| *word == "·").map(|words| words.join(" ")).collect();
    phrases.into_iter()
}

/// A phrase whole if it is short, or its words, or the parts of them that fit. A dot never begins a line.
fn pieces(phrase: &str, size: f64, room: f64, width: TextWidth<'_>) -> Vec<String> {
    if width(phrase, size) <= 0.6 * room {
        return vec![phrase.to_owned()];
    }
    let (words, dot) = phrase.strip_suffix(" ·").map_or((phrase, ""), |words| (words, " ·"));
    let room = room - width(dot, size);
    let words = words.split_whitespace();
    let mut pieces: Vec<String> = words.flat_map(|word| parts(word, size, room, width)).collect();
    if let Some(last) = pieces.last_mut() {
        last.push_str(dot);
    }
    pieces
}

/// A word, or the parts of it that fit.
fn parts(word: &str, size: f64, room: f64, width: TextWidth<'_>) -> Vec<String> {
    if width(word, size) <= room {
        return vec![word.to_owned()];
    }
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut used = 0.0;
    for character in word.chars() {
        let needed = width(character.encode_utf8(&mut [0; 4]), size);
        if used + needed > room && !part.is_empty() {
            parts.push(std::mem::take(&mut part));
            used = 0.0;
        }
        part.push(character);
        used += needed;
    }
    parts.push(part);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every letter is half as wide as the type is high.
    fn half(text: &str, size: f64) -> f64 {
        0.5 * size * text.chars().count() as f64
    }

    #[test]
    fn a_text_that_is_too_wide_ends_in_an_ellipsis() {
        let cut = |room: f64| elided("stage one", 10.0, room, &half);
        assert_eq!(cut(45.0).as_deref(), Some("stage one"));
        assert_eq!(cut(44.0).as_deref(), Some("stage o…"));
        assert_eq!(cut(37.0).as_deref(), Some("stage…"));
        assert_eq!(cut(10.0).as_deref(), Some("s…"));
        assert_eq!(cut(9.0), None);
    }

    #[test]
    fn short_phrases_stay_together() {
        let lines = wrapped("vae-2d · Adam 0.001 · batch 128 · seed 1", 10.0, 130.0, &half);
        assert_eq!(lines, ["vae-2d · Adam 0.001 ·", "batch 128 · seed 1"]);
    }

    #[test]
    fn wrapped_lines_fit_and_keep_every_word() {
        let text = "vae-2d · digits, 12,000 images · β 1.00 · a/very/long/path/in/one/word";
        for room in [40.0, 90.0, 200.0, 600.0] {
            let lines = wrapped(text, 12.0, room, &half);
            for line in &lines {
                assert!(half(line, 12.0) <= room + 0.5, "{line:?} is wider than {room}");
            }
            let joined: String = lines.concat().split_whitespace().collect();
            assert_eq!(joined, text.split_whitespace().collect::<String>(), "room {room}");
        }
    }
}
