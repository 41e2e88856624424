//! Which classes of a data set are kept for training: `all`, their names, or `all but` some of them. What is not kept, and
//! the images of another set, are left out: the network never sees them.

use super::dataset::{Dataset, LeftOut, Split};
use super::error::DataError;
use super::limits::SizeLimits;

/// Every class is kept.
pub const ALL: &str = "all";
/// Every class is kept but those that follow.
const ALL_BUT: &str = "all but";

impl Dataset {
    /// How many classes the training images have.
    pub fn kept_classes(&self) -> usize {
        let mut is_there = [false; 256];
        let labels = self.split.train.iter().filter_map(|image| self.label(*image));
        labels.for_each(|label| is_there[usize::from(label)] = true);
        is_there.iter().filter(|is_there| **is_there).count()
    }

    /// Takes in the images of another set as images that are left out.
    pub(super) fn leave_out(&mut self, foreign: Self) -> Result<(), DataError> {
        if foreign.shape != self.shape {
            let (name, shape, wanted) = (foreign.name, foreign.shape, self.shape);
            return Err(DataError::ForeignShape { name, shape, wanted });
        }
        let count = self.len();
        SizeLimits::default().check_memory(
            &foreign.name,
            (count + foreign.len()) as u64,
            self.shape,
            foreign.images.bytes_per_value().max(self.images.bytes_per_value()),
        )?;
        let moved = |images: Vec<u32>| images.into_iter().map(move |image| image + count as u32);
        let Split { train, validation, test, .. } = foreign.split;
        self.images.append(foreign.images);
        let left_out = &mut self.split.left_out;
        left_out.validation.extend(moved(validation).chain(moved(train)));
        left_out.test.extend(moved(test));
        Ok(())
    }

    /// Keeps the images of some classes; the held-out images of the others remain as those that are left out.
    pub(super) fn keep_classes(&mut self, choice: &str) -> Result<(), DataError> {
        let kept = kept(choice, &self.class_names)?;
        let labels = &self.labels;
        let is_kept = |image: &u32| {
            labels.get(*image as usize).is_none_or(|label| kept.get(usize::from(*label)) != Some(&false))
        };
        let split = &mut self.split;
        split.train.retain(is_kept);
        let leave_out = |images: &mut Vec<u32>| images.extract_if(.., |image| !is_kept(image)).collect();
        split.left_out =
            LeftOut { validation: leave_out(&mut split.validation), test: leave_out(&mut split.test) };
        if split.train.is_empty() {
            return Err(DataError::NoClassLeft { choice: choice.to_owned() });
        }
        Ok(())
    }
}

/// Whether each class is kept; nothing where all are.
fn kept(choice: &str, names: &[String]) -> Result<Vec<bool>, DataError> {
    let choice = choice.trim();
    if choice == ALL {
        return Ok(Vec::new());
    }
    if names.is_empty() {
        return Err(DataError::NoClasses { choice: choice.to_owned() });
    }
    let (list, is_kept) = match choice.strip_prefix(ALL_BUT) {
        Some(list) => (list, false),
        None => (choice, true),
    };
    let mut kept = vec![!is_kept; names.len()];
    for word in list.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        let class = names.iter().position(|name| name == word);
        let class = class
            .ok_or_else(|| DataError::UnknownClass { class: word.to_owned(), known: names.join(", ") })?;
        kept[class] = is_kept;
    }
    if kept.iter().any(|kept| *kept) {
        Ok(kept)
    } else {
        Err(DataError::NoClassLeft { choice: choice.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_named_or_all_but_named() {
        let names = ["cat", "dog", "owl"].map(str::to_owned);
        assert!(kept("all", &names).expect("all").is_empty());
        assert_eq!(kept("owl", &names).expect("one"), [false, false, true]);
        assert_eq!(kept("cat, owl", &names).expect("two"), [true, false, true]);
        assert_eq!(kept("all but dog,owl", &names).expect("one"), [true, false, false]);
        let refused = |choice: &str, names: &[String]| kept(choice, names).expect_err(choice).to_string();
        assert!(refused("cow", &names).contains("cat, dog, owl"));
        assert!(refused("all but cat, dog, owl", &names).contains("leaves no class"));
        assert!(refused(",", &names).contains("leaves no class"));
        assert!(refused("1", &[]).contains("no classes"));
    }
}
