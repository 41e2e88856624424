//! IDX files: every spelling of the names is read, and a bad file gets one sentence that says what is wrong.

use super::{assert_close, pixels, source};
use flate2::{Compression, write::GzEncoder};
use hourglass::data::readers::{self, Input, ReadOptions};
use hourglass::data::{DataError, Dataset, ImageShape, PixelData, SizeLimits, Split, load};
use std::io::Write as _;

/// An IDX file: its header's sizes, then the bytes.
fn idx(sizes: &[u32], bytes: &[u8]) -> Vec<u8> {
    let magic = 0x0800 + sizes.len() as u32;
    [&[magic], sizes]
        .concat()
        .iter()
        .flat_map(|word| word.to_be_bytes())
        .chain(bytes.iter().copied())
        .collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Loads a file called `name` with the given content; nothing else is in its folder.
fn load_bytes(name: &str, bytes: &[u8]) -> Result<Dataset, DataError> {
    load_folder_file(&[(name, bytes.to_vec())], name)
}

/// Writes files into a new folder and loads the one called `name`, or the folder for "".
fn load_folder_file(files: &[(&str, Vec<u8>)], name: &str) -> Result<Dataset, DataError> {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    load(&source(folder.path().join(name).to_str().unwrap(), 0))
}

/// Ten images of 2x3 pixels, all different.
fn ten_images() -> Vec<u8> {
    idx(&[10, 2, 3], &(0..60).collect::<Vec<u8>>())
}

fn ten_labels() -> Vec<u8> {
    idx(&[10], &[0, 1, 2, 3, 4, 0, 1, 2, 3, 4])
}

#[test]
fn a_single_file_is_read_compressed_or_not_with_its_labels() {
    for (images, labels) in [
        ("hand-images-idx3-ubyte", "hand-labels-idx1-ubyte"),
        ("hand-images.idx3-ubyte", "hand-labels.idx1-ubyte.gz"),
        ("hand-images-idx3-ubyte.gz", "hand-labels-idx1-ubyte.gz"),
        ("hand-images-idx3-ubyte.gz", "hand-labels-idx1-ubyte"),
    ] {
        let packed = |name: &str, bytes: Vec<u8>| {
            if name.ends_with(".gz") { gzip(&bytes) } else { bytes }
        };
        let files = [(images, packed(images, ten_images())), (labels, packed(labels, ten_labels()))];
        let set = load_folder_file(&files, images).unwrap();
        assert_eq!(set.shape, ImageShape { height: 2, width: 3, channels: 1 });
        assert_eq!((set.name.as_str(), set.len(), set.split.train.len()), (images, 10, 8));
        assert_eq!(
            (&*set.image_bytes(9), set.label(9)),
            (&[54, 55, 56, 57, 58, 59][..], Some(4)),
            "{images}"
        );
        assert_eq!(set.class_names, ["0", "1", "2", "3", "4"]);
    }
    let unlabelled = load_bytes("scans", &ten_images()).unwrap();
    assert!(unlabelled.labels.is_empty() && unlabelled.class_names.is_empty());
    assert_eq!(unlabelled.label(0), None);
}

#[test]
fn a_folder_with_test_images_is_split_by_its_files() {
    let mut files = vec![
        ("train-images.idx3-ubyte", ten_images()),
        ("train-labels-idx1-ubyte.gz", gzip(&ten_labels())),
        ("t10k-images-idx3-ubyte", idx(&[2, 2, 3], &[9; 12])),
        ("t10k-labels-idx1-ubyte", idx(&[2], &[4, 3])),
    ];
    let set = load_folder_file(&files, "").unwrap();
    let Split { train, validation, test, .. } = &set.split;
    assert_eq!((test, validation.len()), (&vec![10, 11], 1), "test images are not used to validate");
    let mut others = [&train[..], validation].concat();
    others.sort_unstable();
    assert_eq!(others, (0..10).collect::<Vec<u32>>(), "validation images come out of the training images");
    assert_eq!((set.len(), &*set.image_bytes(10), set.label(11)), (12, &[9; 6][..], Some(3)));
    files.truncate(2);
    assert_eq!(
        load_folder_file(&files, "").unwrap().split.test.len(),
        1,
        "without them, images are held out"
    );
}

#[test]
fn colour_is_stored_channels_last_and_given_channels_first() {
    let bytes: Vec<u8> = (0..36).collect();
    let set = load_bytes("colour", &idx(&[3, 2, 2, 3], &bytes)).unwrap();
    assert_eq!(set.shape, ImageShape { height: 2, width: 2, channels: 3 });
    let got: Vec<u8> = pixels(&set, &[2, 0]).iter().map(|x| (x * 255.0).round() as u8).collect();
    let want = [24, 27, 30, 33, 25, 28, 31, 34, 26, 29, 32, 35, 0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11];
    assert_eq!(got, want);
    let only = f64::from(set.image_bytes(set.split.train[0])[3]) / 255.0;
    assert_close("mean, red of pixel 1", f64::from(set.mean_image()[1]), only, 1e-7);
}

#[test]
fn pixels_may_be_f32_and_keep_their_precision() {
    let numbers: Vec<f32> = (0..60).map(|i| i as f32 / 61.0).collect();
    let body: Vec<u8> = numbers.iter().flat_map(|number| number.to_be_bytes()).collect();
    let mut bytes = idx(&[10, 2, 3], &body);
    bytes[2] = 0x0d;
    let set = load_bytes("floats", &bytes).unwrap();
    assert_eq!((set.len(), set.images.bytes_per_value()), (10, 4));
    assert_eq!(pixels(&set, &[9, 0]), [&numbers[54..], &numbers[..6]].concat());
    assert_eq!(*set.image_bytes(0), [0, 4, 8, 13, 17, 21], "rounded for display");
    bytes[16..20].copy_from_slice(&1.5_f32.to_be_bytes());
    let sentence = load_bytes("floats", &bytes).unwrap_err().to_string();
    assert!(sentence.contains("a pixel of 1.5; scale its pixels"), "{sentence}");
}

#[test]
fn bytes_in_memory_are_read_like_a_file() {
    let found = |bytes: &[u8]| readers::read(&Input::in_memory("pasted", bytes), &ReadOptions::default());
    for bytes in [ten_images(), gzip(&ten_images())] {
        let train = found(&bytes).unwrap().train;
        assert_eq!((train.count(), train.pixels), (10, PixelData::Bytes((0..60).collect())));
    }
    let sentence = found(b"\x89PNG\r\n\x1a\n").unwrap_err().to_string();
    assert!(sentence.contains("pasted is in no format that can be read; use an IDX file"), "{sentence}");
    let limits = SizeLimits { side: 2, ..SizeLimits::default() };
    let options = ReadOptions { limits, ..ReadOptions::default() };
    let sentence =
        readers::read(&Input::in_memory("pasted", &ten_images()), &options).unwrap_err().to_string();
    assert!(sentence.contains("2x3 pixels; scale them down to at most 2x2"), "{sentence}");
}

#[test]
fn bad_files_get_a_sentence_that_says_what_is_wrong() {
    let images = ten_images();
    let refused = |bytes: &[u8]| load_bytes("x-images-idx3-ubyte", bytes).unwrap_err().to_string();
    let packed = gzip(&images);
    let mut broken = packed.clone();
    broken[20] ^= 0xff;
    let cases = [
        (load(&source("no/such/file", 9)).unwrap_err().to_string(), "no data set, file or folder called"),
        (refused(&images[..images.len() - 1]), "promises 60 bytes of data but holds only 59"),
        (refused(&images[..10]), "ends inside its header"),
        (refused(&[]), "ends inside its header"),
        (refused(&[&images[..], &[0]].concat()), "continues after the 60 bytes"),
        (refused(&ten_labels()), "0x00000801, but an IDX file of images"),
        (refused(b"\x89PNG\r\n\x1a\n"), "0x89504e47"),
        (refused(&idx(&[60_000, 28, 28], &[0; 100])), "promises 47040000 bytes of data but holds only 100"),
        (refused(&idx(&[u32::MAX, 28, 28], &[0; 100])), "promises 4294967295 images"),
        (refused(&idx(&[u32::MAX, 128, 128, 3], &[0; 100])), "promises 4294967295 images"),
        (refused(&idx(&[1, 129, 2], &[0; 258])), "129x2 pixels"),
        (refused(&idx(&[1, 2, 2, 4], &[0; 16])), "4 channels"),
        (refused(&idx(&[0, 28, 28], &[])), "holds no images"),
        (refused(&idx(&[5, 0, 28], &[])), "holds no images"),
        (refused(&packed[..packed.len() - 30]), "but holds only"),
        (refused(&packed[..packed.len() - 4]), "damaged gzip"),
        (refused(&broken), "damaged gzip"),
        (load_bytes("picture", b"\x89PNG\r\n\x1a\n").unwrap_err().to_string(), "no format that can be read"),
        (load_bytes("a.gz", &images).unwrap_err().to_string(), "is not gzip"),
        (load_folder_file(&[], "").unwrap_err().to_string(), "train-images-idx3-ubyte"),
        (refused(&idx(&[2, 1, 1], &[1, 2])), "leaves none to train on"),
    ];
    for (i, (got, want)) in cases.iter().enumerate() {
        assert!(got.contains(want), "case {i}: got \"{got}\", want \"{want}\"");
        assert!(
            !got.contains('\n') && got.contains(';'),
            "case {i}: one sentence that says what to do: {got}"
        );
    }
}

#[test]
fn labels_and_test_images_must_belong_to_the_images() {
    let (images, labels) = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte");
    let load = |more: &[(&str, Vec<u8>)]| {
        let files = [&[(images, ten_images())], more].concat();
        load_folder_file(&files, "").unwrap_err().to_string()
    };
    let test = |bytes| ("t10k-images-idx3-ubyte", bytes);
    let cases = [
        (load(&[(labels, idx(&[9], &[1; 9]))]), "9 labels for 10 images"),
        (load(&[(labels, ten_images())]), "but an IDX file of labels"),
        (load(&[(labels, ten_labels()[..12].to_vec())]), "promises 10 bytes of data but holds only 4"),
        (load(&[(labels, ten_labels()), test(ten_images())]), "labels for only one"),
        (load(&[test(idx(&[1, 3, 3], &[0; 9]))]), "training images of 2x3x1 but test images of 3x3x1"),
    ];
    for (got, want) in cases {
        assert!(got.contains(want), "got \"{got}\", want \"{want}\"");
    }
}
