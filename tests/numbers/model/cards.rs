//! What convolutional networks have to show.

use burn::tensor::Device;
use hourglass::chart::cards::{Card, Content};
use hourglass::insight::Topic;
use hourglass::recipe::Recipe;
use hourglass::train::Learner;

use super::{images, recipe};
use crate::cards::inputs_of;
use crate::read::numbers;

fn cards(recipe: &Recipe, dims: [usize; 3]) -> Vec<(Topic, Card)> {
    let learner = Learner::new(recipe, dims, 10, &Device::flex());
    let examples = numbers(images(4, dims, &Device::flex()));
    let inputs = inputs_of(&learner, recipe, &examples, &examples);
    let make = |topic: Topic| Some((topic, topic.card(&inputs).expect("read")?));
    Topic::of(recipe).into_iter().filter_map(make).collect()
}

#[test]
fn feature_maps_are_shown_stage_by_stage_as_large_as_the_image() {
    let recipe = recipe(&["model.network=conv", "model.channels=3-14"]);
    let all = cards(&recipe, [3, 8, 12]);
    let (_, card) = all.iter().find(|(topic, _)| *topic == Topic::Maps).expect("feature maps");
    let Content::Images(maps) = &card.content else { panic!("no images") };
    assert_eq!((maps.shape.dims(), maps.columns, maps.row_count()), ([1, 8, 12], 3, 2));
    assert_eq!(maps.rows.len(), 2);
    assert!(maps.rows[0].contains("3 of 3") && maps.rows[1].contains("3 of 14"), "{:?}", maps.rows);
    assert!(maps.pixels.iter().all(|x| (-1.0..=1.0).contains(x)));
    // A map of the second stage is 2 by 3, so each of its numbers fills a block of 4 by 4.
    let map = &maps.pixels[3 * 96..4 * 96];
    for (place, got) in map.iter().enumerate() {
        let (row, column) = (place / 12, place % 12);
        assert_eq!(*got, map[row / 4 * 4 * 12 + column / 4 * 4], "place {row}, {column}");
    }
}

#[test]
fn a_u_net_is_shown_with_and_without_its_skips() {
    let all = cards(&recipe(&["model.network=u-net", "model.channels=2-3-4"]), [1, 8, 8]);
    let (_, card) = all.iter().find(|(topic, _)| *topic == Topic::Skips).expect("rows");
    let Content::Images(rows) = &card.content else { panic!("no images") };
    assert_eq!((rows.columns, rows.row_count(), rows.rows.len()), (4, 4, 4));
    let row = |k: usize| &rows.pixels[k * 4 * 64..(k + 1) * 4 * 64];
    for (a, b) in [(1, 2), (1, 3), (2, 3)] {
        assert_ne!(row(a), row(b), "rows {a} and {b} are the same");
    }
    let far = row(0).iter().zip(row(3)).map(|(x, y)| (x - y).powi(2)).sum::<f32>() / 4.0;
    assert!(card.meaning.contains(&format!("{far:.1} with the skips at zero")), "{}", card.meaning);
    let without = recipe(&["model.network=u-net", "model.channels=2-3-4", "model.skips=false"]);
    assert!(Topic::of(&without).iter().all(|topic| *topic != Topic::Skips));
}

#[test]
fn integrated_gradients_add_up_to_the_change_of_the_code_in_every_network() {
    for settings in [
        &["model.network=dense", "model.widths=12", "model.activation=tanh"][..],
        &["model.network=conv", "model.channels=3-4"],
        &["model.network=conv", "model.channels=3-4", "model.norm=group"],
        &["model.network=u-net", "model.channels=2-3-4"],
        &["model.network=recurrent", "model.hidden=6"],
        &["model.network=dense", "model.code_kind=gaussian", "objective.beta=1"],
    ] {
        let recipe = recipe(settings);
        let learner = Learner::new(&recipe, [1, 8, 8], 10, &Device::flex());
        let examples = numbers(images(3, [1, 8, 8], &Device::flex()));
        let card = Topic::Gradients.card(&inputs_of(&learner, &recipe, &examples, &examples));
        let card = card.expect("read").expect("a card");
        let Content::Images(pictures) = &card.content else { panic!("no images") };
        let codes = numbers(learner.model().encode(learner.images(&examples, &Device::flex())).code);
        let black = numbers(learner.model().encode(learner.images(&[0.0; 64], &Device::flex())).code);
        for (place, caption) in pictures.captions.iter().enumerate() {
            let (row, image) = (place / pictures.columns, place % pictures.columns);
            let number: usize = pictures.rows[row][1..].parse::<usize>().expect("z and a number") - 1;
            let (sum, change) = caption.split_once(" of ").expect("two numbers");
            let [sum, change]: [f32; 2] =
                [sum, change].map(|words| words.replace('−', "-").parse().expect("a number"));
            let want = codes[image * learner.code_size() + number] - black[number];
            assert!((change - want).abs() <= 0.006, "{settings:?}: {caption}, the code moves by {want}");
            assert!((sum - want).abs() <= 0.02 + 0.03 * want.abs(), "{settings:?}: {caption} for {want}");
        }
        assert!(!pictures.captions.is_empty());
    }
}
