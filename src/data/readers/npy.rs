//! NumPy's files: `.npy` with one array, and `.npz`, which is a ZIP of them.
//!
//! Contract: memory grows with what the file holds, never with what a header promises.

use std::io::{self, Read};

use super::archive::Archive;
use super::arrays::{Array, found};
use super::numbers::{Numbers, shown};
use super::options::ReadOptions;
use super::reader::{FormatReader, Found, Input};
use crate::data::error::DataError;

/// The first bytes of an array.
const MAGIC: &[u8] = b"\x93NUMPY";
/// The longest header that is read.
const LONGEST_HEADER: u64 = 64 << 10;
/// The ending of an array in an archive.
const ENDING: &str = ".npy";
/// Bytes that are read at once.
const CHUNK: usize = 1 << 16;

/// The reader of `.npy` and `.npz` files.
pub(super) struct NpyReader;

impl FormatReader for NpyReader {
    fn accepts(&self) -> &'static [&'static str] {
        &["a NumPy file (.npy or .npz)"]
    }

    fn recognises(&self, input: &Input<'_>) -> bool {
        input.head().starts_with(MAGIC)
            || Archive::open(input).is_ok_and(|archive| {
                archive.is_some_and(|archive| archive.names().any(|name| name.ends_with(ENDING)))
            })
    }

    fn read(&self, input: &Input<'_>, options: &ReadOptions<'_>) -> Result<Found, DataError> {
        let file = input.name();
        let mut arrays = Vec::new();
        match Archive::open(input)? {
            None => arrays.push(array(&file, "array", input.open()?, options)?),
            Some(mut archive) => {
                let names: Vec<String> = archive.names().filter(|name| name.ends_with(ENDING)).collect();
                for name in names {
                    let entry = archive.entry(&name)?;
                    let key = name.trim_end_matches(ENDING);
                    match array(&format!("{file}, {name}"), key, entry, options) {
                        Ok(array) => arrays.push(array),
                        // Strings and objects beside the images are of no use.
                        Err(DataError::NpyType { .. }) => {}
                        Err(error) => return Err(error),
                    }
                }
            }
        }
        found(&file, arrays, options)
    }
}

/// The type of an array's numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Kind {
    /// `b`, `i`, `u` or `f`.
    letter: u8,
    size: usize,
    is_big_endian: bool,
}

impl Kind {
    /// From NumPy's words, such as `<f4`.
    fn parse(text: &str) -> Option<Self> {
        let (order, rest) = text.split_at_checked(1)?;
        let (letter, size) = rest.split_at_checked(1)?;
        let (letter, size) = (letter.bytes().next()?, size.parse().ok()?);
        let is_known = matches!((letter, size), (b'b', 1) | (b'i' | b'u', 1 | 2 | 4 | 8) | (b'f', 2 | 4 | 8));
        let is_big_endian = match order {
            "<" | "|" | "=" => false,
            ">" => true,
            _ => return None,
        };
        is_known.then_some(Self { letter, size, is_big_endian })
    }

    /// One number from its bytes.
    fn number(self, bytes: &[u8]) -> f32 {
        let mut number = [0_u8; 8];
        for (place, byte) in number.iter_mut().zip(0..self.size) {
            *place = bytes[if self.is_big_endian { self.size - 1 - byte } else { byte }];
        }
        let unsigned = u64::from_le_bytes(number);
        match (self.letter, self.size) {
            (b'f', 8) => f64::from_bits(unsigned) as f32,
            (b'f', 4) => f32::from_bits(unsigned as u32),
            (b'f', _) => half(unsigned as u16),
            (b'i', size) => {
                let unused = 64 - 8 * size as u32;
                ((unsigned << unused) as i64 >> unused) as f32
            }
            _ => unsigned as f32,
        }
    }
}

/// A number of 16 bits: one for the sign, five for the exponent, ten for the fraction.
fn half(bits: u16) -> f32 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from((bits >> 10) & 0x1f), f32::from(bits & 0x3ff));
    sign * match exponent {
        0 => fraction * 2.0_f32.powi(-24),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        _ => (1.0 + fraction / 1024.0) * 2.0_f32.powi(exponent - 15),
    }
}

/// What a header says.
#[derive(Debug, PartialEq)]
struct Header {
    kind: Kind,
    is_column_major: bool,
    shape: Vec<usize>,
}

/// Reads one array. `name` is that of the file.
fn array(
    name: &str,
    key: &str,
    mut reader: impl Read,
    options: &ReadOptions<'_>,
) -> Result<Array, DataError> {
    let Header { kind, is_column_major, shape } = header(name, &mut reader)?;
    let count = shape.iter().try_fold(1_usize, |count, side| count.checked_mul(*side));
    let promised = count.and_then(|count| count.checked_mul(kind.size)).map(|bytes| bytes as u64);
    let too_large = || DataError::TooManyNumbers { name: name.to_owned() };
    // As f32, whatever their type.
    let most = options.limits.bytes / 4 * kind.size as u64;
    let promised = promised.filter(|bytes| *bytes <= most.max(options.limits.bytes)).ok_or_else(too_large)?;
    let numbers = body(name, kind, promised, reader)?;
    let numbers = if is_column_major { numbers.reordered(row_major(&shape)) } else { numbers };
    Ok(Array { name: key.to_owned(), shape, numbers })
}

/// The numbers behind a header, which must be exactly `promised` bytes.
fn body(name: &str, kind: Kind, promised: u64, reader: impl Read) -> Result<Numbers, DataError> {
    let mut reader = reader.take(promised + 1);
    let (mut numbers, mut found) = (Numbers::default(), 0_u64);
    let (mut chunk, mut left) = (vec![0_u8; CHUNK], 0);
    loop {
        let read = reader.read(&mut chunk[left..]).map_err(|reason| failed(name, reason))?;
        found += read as u64;
        let filled = left + read;
        let whole = filled / kind.size * kind.size;
        chunk[..whole].chunks_exact(kind.size).for_each(|bytes| numbers.push(kind.number(bytes)));
        chunk.copy_within(whole..filled, 0);
        left = filled - whole;
        if read == 0 {
            break;
        }
    }
    let name = name.to_owned();
    match found {
        _ if found < promised => Err(DataError::Truncated { name, promised, found }),
        _ if found > promised => Err(DataError::Trailing { name, promised }),
        _ => Ok(numbers),
    }
}

/// For every place of an array whose last dimension is fastest, the place in one whose first dimension is.
fn row_major(shape: &[usize]) -> impl Iterator<Item = usize> + '_ {
    let count = shape.iter().product::<usize>();
    (0..count).map(move |mut at| {
        let mut places = vec![0; shape.len()];
        for (place, side) in places.iter_mut().zip(shape).rev() {
            (*place, at) = (at % side, at / side);
        }
        places.iter().zip(shape).rev().fold(0, |sum, (place, side)| sum * side + place)
    })
}

fn header(name: &str, reader: &mut impl Read) -> Result<Header, DataError> {
    let broken = |what: &str| DataError::NpyHeader { name: name.to_owned(), what: what.to_owned() };
    let mut start = [0_u8; 8];
    reader.read_exact(&mut start).map_err(|reason| failed(name, reason))?;
    if !start.starts_with(MAGIC) {
        return Err(broken("it does not begin with \\x93NUMPY"));
    }
    let mut length = [0_u8; 4];
    let bytes = if start[6] == 1 { 2 } else { 4 };
    reader.read_exact(&mut length[..bytes]).map_err(|reason| failed(name, reason))?;
    let length = u64::from(u32::from_le_bytes(length));
    if length > LONGEST_HEADER {
        return Err(broken("its header is longer than 64 KiB"));
    }
    let mut text = Vec::new();
    reader.take(length).read_to_end(&mut text).map_err(|reason| failed(name, reason))?;
    let text = String::from_utf8(text).map_err(|_| broken("its header is no text"))?;
    let value = |key: &str| {
        let (_, rest) = text.split_once(&format!("'{key}'"))?;
        Some(rest.trim_start().strip_prefix(':')?.trim_start())
    };
    let descr = value("descr").ok_or_else(|| broken("its header has no 'descr'"))?;
    let word = descr.strip_prefix('\'').and_then(|rest| rest.split('\'').next()).unwrap_or(descr);
    let kind =
        Kind::parse(word).ok_or_else(|| DataError::NpyType { name: name.to_owned(), kind: shown(word) })?;
    let order = value("fortran_order").ok_or_else(|| broken("its header has no 'fortran_order'"))?;
    let shape = value("shape").and_then(|rest| rest.strip_prefix('(')?.split_once(')'));
    let (shape, _) = shape.ok_or_else(|| broken("its header has no 'shape'"))?;
    let sides = shape.split(',').map(str::trim).filter(|side| !side.is_empty());
    let shape: Option<Vec<usize>> = sides.map(|side| side.parse().ok()).collect();
    let shape =
        shape.filter(|shape| shape.len() <= 8).ok_or_else(|| broken("its 'shape' is no list of numbers"))?;
    Ok(Header { kind, is_column_major: order.starts_with("True"), shape })
}

fn failed(name: &str, reason: io::Error) -> DataError {
    let name = name.to_owned();
    match reason.kind() {
        io::ErrorKind::UnexpectedEof => DataError::NoHeader { name },
        _ => DataError::Unreadable { name, reason },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn npy(kind: &str, order: &str, shape: &str, data: &[u8]) -> Vec<u8> {
        let header = format!("{{'descr': '{kind}', 'fortran_order': {order}, 'shape': ({shape}), }}\n");
        let length = (header.len() as u16).to_le_bytes();
        [MAGIC, &[1, 0], &length, header.as_bytes(), data].concat()
    }

    fn read(bytes: &[u8]) -> Result<Array, DataError> {
        array("a.npy", "a", bytes, &ReadOptions::default())
    }

    #[test]
    fn numbers_of_every_type_are_read() {
        let numbers = |kind: &str, data: &[u8]| -> Vec<f32> {
            read(&npy(kind, "False", "2,", data)).expect(kind).numbers.iter().collect()
        };
        assert_eq!(numbers("|u1", &[7, 255]), [7.0, 255.0]);
        assert_eq!(numbers("|b1", &[0, 1]), [0.0, 1.0]);
        assert_eq!(numbers("|i1", &[255, 3]), [-1.0, 3.0]);
        assert_eq!(numbers(">i2", &[0xff, 0xfe, 1, 0]), [-2.0, 256.0]);
        assert_eq!(numbers("<i8", &[[-5_i64, 9].map(i64::to_le_bytes).concat()].concat()), [-5.0, 9.0]);
        assert_eq!(numbers("<f4", &[0.5_f32, 2.0].map(f32::to_le_bytes).concat()), [0.5, 2.0]);
        assert_eq!(numbers(">f8", &[0.25_f64, -1.0].map(f64::to_be_bytes).concat()), [0.25, -1.0]);
        assert_eq!(numbers("<f2", &[0, 0x3c, 0, 0xc0]), [1.0, -2.0]);
    }

    #[test]
    fn columns_first_are_turned_into_rows_first() {
        // 2 × 3, stored column by column.
        let array = read(&npy("|u1", "True", "2, 3", &[1, 4, 2, 5, 3, 6])).expect("an array");
        assert_eq!(array.numbers, Numbers::Bytes(vec![1, 2, 3, 4, 5, 6]));
    }

    #[test]
    fn what_a_header_promises_must_be_there_and_is_never_allocated() {
        let said = |bytes: &[u8]| read(bytes).expect_err("refused").to_string();
        assert!(
            said(&npy("|u1", "False", "9", &[1, 2])).contains("promises 9 bytes of data but holds only 2")
        );
        assert!(said(&npy("|u1", "False", "1", &[1, 2])).contains("continues after"));
        assert!(said(&npy("|u1", "False", "99999999999999, 9999999999", &[1])).contains("more numbers"));
        assert!(said(&npy("|u1", "False", "1000000000", &[1])).contains("holds only 1"), "not a gigabyte");
        assert!(said(&npy("|O", "False", "1", &[1])).contains("|O"));
        assert!(said(&npy("<U5", "False", "1", &[1])).contains("<U5"));
        assert!(said(b"\x93NUMPY\x02\x00\xff\xff\xff\xff").contains("64 KiB"));
        assert!(said(b"\x93NUMPY\x01\x00\x04\x00{}\n ").contains("'descr'"));
        assert!(said(b"\x93NUM").contains("ends inside its header"));
    }
}
