//! Files made by NumPy, scikit-learn, Python's csv and zipfile, and Pillow; `samples/make.py` makes them again.

use std::path::{Path, PathBuf};

use hourglass::data::{Dataset, ImageShape, load};
use hourglass::recipe::{Recipe, Value};

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/samples").join(name)
}

fn read(path: &Path, settings: &[&str]) -> Result<Dataset, String> {
    let mut recipe = Recipe::default();
    recipe.set("data.set", &Value::Word(path.display().to_string())).expect("a path");
    settings.iter().for_each(|setting| recipe.set_from_text(setting).expect("a setting"));
    load(&(&recipe.data).into()).map_err(|error| error.to_string())
}

fn good(path: &Path, settings: &[&str]) -> Dataset {
    read(path, settings).expect("it is read")
}

/// Takes an archive apart into a folder.
fn extracted(name: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let file = std::fs::File::open(sample(name)).expect("the archive");
    zip::ZipArchive::new(file).expect("an archive").extract(folder.path()).expect("extracted");
    folder
}

#[test]
fn the_digits_of_scikit_learn_are_the_same_set_from_every_kind_of_file() {
    let npz = good(&sample("digits.npz"), &[]);
    assert_eq!((npz.len(), npz.shape), (120, ImageShape { height: 8, width: 8, channels: 1 }));
    assert_eq!(npz.class_names.join(""), "0123456789");
    assert!(npz.notes[0].contains("from 0 to 16"), "{:?}", npz.notes);
    let folder = extracted("digits-png.zip");
    let others = [sample("digits.csv"), sample("digits-png.zip"), folder.path().to_owned()];
    for path in others {
        let other = good(&path, &[]);
        let name = path.display();
        assert_eq!(other.images, npz.images, "{name}");
        assert_eq!((&other.labels, &other.class_names), (&npz.labels, &npz.class_names), "{name}");
        assert_eq!((other.shape, &other.split), (npz.shape, &npz.split), "{name}");
    }
}

#[test]
fn arrays_of_every_layout_are_read() {
    let color = good(&sample("channels-first.npy"), &[]);
    assert_eq!((color.len(), color.shape.channels, color.labels.len()), (12, 3, 0));
    let columns = good(&sample("columns-first.npy"), &[]);
    assert_eq!((columns.len(), columns.shape), (12, ImageShape { height: 8, width: 6, channels: 1 }));
    let keras = good(&sample("keras.npz"), &[]);
    assert_eq!((keras.len(), keras.split.test.len()), (28, 8), "its own test images");
    let digits = good(&sample("digits.npz"), &[]);
    let first = |set: &Dataset, image: u32| set.image_bytes(image).into_owned();
    assert_eq!(first(&keras, 5), first(&digits, 5));
    assert_eq!(first(&keras, 20), first(&digits, 20), "test images come behind");
    let chosen = good(&sample("digits.npz"), &["data.array=data"]);
    assert_eq!(chosen.images, digits.images, "rows of 64 pixels are the same images");
    let refused = read(&sample("digits.npz"), &["data.array=target"]).expect_err("labels");
    assert!(refused.contains("images: 120x8x8") && refused.contains("data.array"), "{refused}");
    let few = good(&sample("digits.npz"), &["data.limit=50"]);
    assert_eq!((few.len(), few.labels.len()), (50, 50));
}

#[test]
fn pictures_of_every_kind_and_size_are_fitted_and_broken_ones_are_told() {
    let set = good(&sample("kinds.zip"), &[]);
    assert_eq!(set.class_names, ["dog", "猫"]);
    assert_eq!((set.len(), set.shape), (6, ImageShape { height: 32, width: 32, channels: 1 }));
    let notes = set.notes.join("; ");
    assert!(notes.contains("left out: kinds/dog/g.png") && notes.contains("fitted to 32x32"), "{notes}");
    assert!(notes.contains("dark on light"), "{notes}");
    // Each was made from one of the digits, four times as large and dark on light; f is wider, and its middle is kept.
    let digits = good(&sample("digits-png.zip"), &[]);
    for (place, of) in [(3, 0_u32), (4, 1), (5, 2), (0, 3), (1, 4), (2, 5)] {
        let (image, digit) = (set.image_bytes(place), digits.image_bytes(of));
        let nearest = |at: usize| digit[at / 32 / 4 * 8 + at % 32 / 4];
        let off = (0..32 * 32).map(|at| image[at].abs_diff(nearest(at))).max();
        let lossy = if place == 4 { 40 } else { 0 };
        assert!(off <= Some(lossy), "picture {place} is off by {off:?}");
    }
    let kept = good(&sample("kinds.zip"), &["data.invert=no", "data.colour=colour", "data.size=16"]);
    assert_eq!(kept.shape, ImageShape { height: 16, width: 16, channels: 3 });
    assert!(kept.image_bytes(3)[0] > 200, "white paper stays white");
    let padded = good(&sample("kinds.zip"), &["data.fit=pad"]);
    assert!(padded.image_bytes(2)[0] < 5, "the paper around a wide picture is the colour of its edge");
    assert_ne!(padded.images, set.images);
    let folder = extracted_kinds();
    assert_eq!(good(folder.path(), &[]).images, set.images, "a folder of the same pictures");
}

/// The pictures of the archive that belong there, in a folder with a link back to it.
fn extracted_kinds() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let file = std::fs::File::open(sample("kinds.zip")).expect("the archive");
    let mut archive = zip::ZipArchive::new(file).expect("an archive");
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).expect("an entry");
        let name = entry.name().expect("a name").into_owned();
        if !name.starts_with("kinds/") {
            continue;
        }
        let path = folder.path().join(&name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("created");
        std::io::copy(&mut entry, &mut std::fs::File::create(path).expect("a file")).expect("written");
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path(), folder.path().join("kinds/dog/loop")).expect("a link");
    folder
}

#[test]
fn a_folder_with_parts_has_test_images_of_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let from = extracted("digits-png.zip");
    for (part, pictures) in [("train", 1..7), ("test", 7..9)] {
        for class in ["0", "1"] {
            let to = folder.path().join(part).join(class);
            std::fs::create_dir_all(&to).expect("created");
            for picture in pictures.clone() {
                let name = format!("{picture:03}.png");
                std::fs::copy(from.path().join("digits").join(class).join(&name), to.join(&name))
                    .expect("copied");
            }
        }
    }
    let set = good(folder.path(), &[]);
    assert_eq!((set.len(), set.split.test.len(), set.class_names.len()), (16, 4, 2));
    let empty = tempfile::tempdir().expect("a folder");
    std::fs::write(empty.path().join("notes.txt"), "no picture").expect("written");
    let refused = read(empty.path(), &[]).expect_err("no picture");
    assert!(refused.contains("in no format that can be read") && refused.contains("pictures"), "{refused}");
}
