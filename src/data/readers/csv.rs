//! Tables of text: one image a row, one pixel a cell, with a label first, last or not at all, as Kaggle's MNIST comes.

use csv::{ReaderBuilder, StringRecord, Trim};

use super::assembled::{assembled, square};
use super::numbers::{Classes, Numbers, classes, numbered, shown};
use super::options::ReadOptions;
use super::reader::{FormatReader, Found, Input};
use crate::data::error::DataError;

/// What may stand between two cells.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];
/// Fewer columns than this are something else than an image.
const LEAST_COLUMNS: usize = 16;
/// Names of a column of labels.
const LABEL_NAMES: [&str; 5] = ["label", "labels", "class", "target", "y"];

/// The reader of tables.
pub(super) struct CsvReader;

impl FormatReader for CsvReader {
    fn accepts(&self) -> &'static [&'static str] {
        &["a CSV table with an image in each row"]
    }

    fn recognises(&self, input: &Input<'_>) -> bool {
        let head = input.head();
        let is_text = |byte: &u8| !byte.is_ascii_control() || matches!(byte, b'\r' | b'\n' | b'\t');
        let most = DELIMITERS.map(|delimiter| head.iter().filter(|byte| **byte == delimiter).count());
        head.iter().all(is_text) && most.iter().any(|count| *count + 1 >= LEAST_COLUMNS)
    }

    fn read(&self, input: &Input<'_>, options: &ReadOptions<'_>) -> Result<Found, DataError> {
        let file = input.name();
        let table = Table::read(&file, input, options)?;
        table.found(&file, options)
    }
}

/// The cells of a table.
#[derive(Debug, Default)]
struct Table {
    columns: usize,
    /// All cells that are numbers, row by row; a cell that is a word counts as zero.
    numbers: Numbers,
    /// The column of words, and its words.
    words: Option<(usize, Vec<String>)>,
    /// The column that the header calls labels.
    named: Option<usize>,
}

impl Table {
    fn read(file: &str, input: &Input<'_>, options: &ReadOptions<'_>) -> Result<Self, DataError> {
        let count = |delimiter: &u8| input.head().iter().filter(|byte| *byte == delimiter).count();
        let delimiter = DELIMITERS.into_iter().max_by_key(count).unwrap_or(b',');
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .trim(Trim::All)
            .from_reader(input.open()?);
        let (mut table, mut record) = (Self::default(), StringRecord::new());
        loop {
            let line = reader.position().line();
            let has_row = reader.read_record(&mut record).map_err(|reason| DataError::Csv {
                name: file.to_owned(),
                line,
                what: shown(&reason.to_string()),
            })?;
            if !has_row {
                return Ok(table);
            }
            if table.columns == 0 {
                table.columns = record.len();
                if is_header(&record) {
                    let is_label = |cell: &str| LABEL_NAMES.contains(&cell.to_lowercase().as_str());
                    table.named = record.iter().position(is_label);
                    continue;
                }
            }
            table.add(&record).map_err(|what| DataError::Csv { name: file.to_owned(), line, what })?;
            if table.numbers.len() as u64 > options.limits.bytes {
                return Err(DataError::TooManyNumbers { name: file.to_owned() });
            }
        }
    }

    /// Adds a row; the error says what is wrong with it.
    fn add(&mut self, record: &StringRecord) -> Result<(), String> {
        if record.len() != self.columns {
            return Err(format!("it has {} cells and the first row {}", record.len(), self.columns));
        }
        let rows = self.numbers.len() / self.columns.max(1);
        for (column, cell) in record.iter().enumerate() {
            if let Ok(number) = cell.parse::<f32>() {
                self.numbers.push(number);
                if let Some((_, words)) = self.words.as_mut().filter(|(of, _)| *of == column) {
                    words.push(cell.to_owned());
                }
                continue;
            }
            let (of, words) = self.words.get_or_insert_with(|| (column, Vec::new()));
            if *of != column || words.len() != rows {
                return Err(format!("cell {} is \"{}\" and no number", column + 1, shown(cell)));
            }
            words.push(cell.to_owned());
            self.numbers.push(0.0);
        }
        Ok(())
    }

    fn rows(&self) -> usize {
        self.numbers.len() / self.columns.max(1)
    }

    fn column(&self, column: usize) -> Vec<f32> {
        (0..self.rows()).map(|row| self.numbers.get(row * self.columns + column)).collect()
    }

    /// Which column has the labels, if any does.
    fn label_column(&self) -> Option<usize> {
        if let Some(column) = self.named.or(self.words.as_ref().map(|(column, _)| *column)) {
            return Some(column);
        }
        if square(self.columns).is_some() || square(self.columns.checked_sub(1)?).is_none() {
            return None;
        }
        // The corner of an image is the same in nearly all images; labels are not.
        let different = |column: usize| {
            let mut values = self.column(column);
            let is_label = values.iter().all(|x| x.fract() == 0.0 && (0.0..256.0).contains(x));
            values.sort_by(f32::total_cmp);
            values.dedup();
            if is_label { values.len() } else { 0 }
        };
        let last = self.columns - 1;
        Some(if different(last) > 1 && different(0) <= 1 { last } else { 0 })
    }

    fn found(self, file: &str, options: &ReadOptions<'_>) -> Result<Found, DataError> {
        if self.rows() == 0 {
            return Err(DataError::Empty { name: file.to_owned() });
        }
        let label = self.label_column();
        let pixels = self.columns - usize::from(label.is_some());
        let shape = square(pixels)
            .ok_or_else(|| DataError::CsvColumns { name: file.to_owned(), columns: self.columns })?;
        let known = match (label, &self.words) {
            (None, _) => Some(Classes::default()),
            (Some(column), Some((of, words))) if column == *of => {
                let mut names = words.clone();
                names.sort_unstable();
                names.dedup();
                numbered(std::slice::from_ref(words), names)
            }
            (Some(column), _) => classes(&[&self.column(column)]),
        };
        let columns = self.columns;
        let all = 0..self.numbers.len();
        let numbers = match label {
            None => self.numbers,
            Some(label) => self.numbers.reordered(all.filter(|at| at % columns != label)),
        };
        assembled(file, vec![(shape, numbers)], known, options)
    }
}

/// Whether a first row names the columns: then none of its cells is a number, but for one that may be.
fn is_header(record: &StringRecord) -> bool {
    let words = record.iter().filter(|cell| cell.parse::<f32>().is_err()).count();
    words > 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::shape::ImageShape;

    /// Rows of 16 pixels, the first of which is always 0, with these cells before and after them.
    fn table(header: bool, rows: &[(&str, &str)]) -> String {
        let pixels = |row: usize| -> String {
            (0..16)
                .map(|k| if k == 0 { "0".to_owned() } else { ((k * 17 + row) % 256).to_string() })
                .collect::<Vec<_>>()
                .join(",")
        };
        let width =
            16 + rows.first().map_or(0, |(a, b)| usize::from(!a.is_empty()) + usize::from(!b.is_empty()));
        let first = (0..width).map(|k| format!("c{k}")).collect::<Vec<_>>().join(",");
        let lines = rows.iter().enumerate().map(|(row, (before, after))| {
            let parts = [(*before).to_owned(), pixels(row), (*after).to_owned()];
            parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(",")
        });
        header.then_some(first).into_iter().chain(lines).collect::<Vec<_>>().join("\n")
    }

    fn read(text: &str) -> Result<Found, DataError> {
        CsvReader.read(&Input::in_memory("a.csv", text.as_bytes()), &ReadOptions::default())
    }

    #[test]
    fn a_label_may_come_first_last_or_not_at_all() {
        for header in [false, true] {
            let first = read(&table(header, &[("3", ""), ("0", ""), ("1", "")])).expect("a table");
            assert_eq!((first.train.labels.as_slice(), first.class_names.len()), (&[3, 0, 1][..], 4));
            let last = read(&table(header, &[("", "2"), ("", "0"), ("", "1")])).expect("a table");
            assert_eq!(last.train.labels, [2, 0, 1]);
            assert_eq!(last.train.pixels, first.train.pixels);
            let none = read(&table(header, &[("", ""), ("", "")])).expect("a table");
            assert_eq!((none.train.count(), none.train.labels.len()), (2, 0));
            assert_eq!(none.train.shape, ImageShape { height: 4, width: 4, channels: 1 });
        }
        let words = read(&table(false, &[("", "dog"), ("", "cat"), ("", "dog")])).expect("a table");
        assert_eq!(
            (words.train.labels, words.class_names),
            (vec![1, 0, 1], ["cat", "dog"].map(str::to_owned).to_vec())
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let said = |text: &str| read(text).expect_err("refused").to_string();
        let good = table(false, &[("", ""), ("", "")]);
        assert!(said(&format!("{good}\n1,2")).contains("line 3: it has 2 cells and the first row 16"));
        assert!(said(&good.replacen("18,", "x,", 1).replacen("52,", "y,", 1)).contains("no number"));
        assert!(said(&good.replacen("17,", "-1,", 1)).contains("-1"));
        assert!(said("1,2,3\n4,5,6").contains("3 columns"));
        assert!(said("").contains("no images"));
    }
}
