//! A long curve in as few points as the page can show: what a column of pixels hides is dropped, peaks are
//! kept; or the means of columns, where single values would only be a thick band.

/// Thins a line that is already in page units. Consecutive points in the same column of width `column` become
/// at most four: the first, the lowest, the highest and the last, in their order.
pub(super) fn decimate(points: &[[f64; 2]], column: f64) -> Vec<[f64; 2]> {
    let mut kept = Vec::new();
    for group in points.chunk_by(|a, b| (a[0] / column).floor() == (b[0] / column).floor()) {
        let by_height = |a: &usize, b: &usize| group[*a][1].total_cmp(&group[*b][1]);
        let lowest = (0..group.len()).min_by(by_height);
        let highest = (0..group.len()).max_by(by_height);
        let mut picks: Vec<usize> =
            [Some(0), lowest, highest, group.len().checked_sub(1)].into_iter().flatten().collect();
        picks.sort_unstable();
        picks.dedup();
        kept.extend(picks.into_iter().map(|pick| group[pick]));
    }
    kept
}

/// The mean place and the mean value of each run of points in the same column.
pub(super) fn means(points: impl Iterator<Item = [f64; 2]>, column: f64) -> Vec<[f64; 2]> {
    let mut sums: Vec<(f64, [f64; 2], f64)> = Vec::new();
    for [x, value] in points {
        let at = (x / column).floor();
        match sums.last_mut() {
            Some((place, sum, count)) if *place == at => {
                *sum = [sum[0] + x, sum[1] + value];
                *count += 1.0;
            }
            _ => sums.push((at, [x, value], 1.0)),
        }
    }
    sums.into_iter().map(|(_, [x, value], count)| [x / count, value / count]).collect()
}

/// The parts of a line between two heights, cut exactly where it crosses them.
pub(super) fn clip(points: &[[f64; 2]], top: f64, bottom: f64) -> Vec<Vec<[f64; 2]>> {
    let mut parts: Vec<Vec<[f64; 2]>> = Vec::new();
    let mut open = false;
    for pair in points.windows(2) {
        let Some([from, to]) = clip_segment(pair[0], pair[1], top, bottom) else {
            open = false;
            continue;
        };
        match parts.last_mut() {
            Some(part) if open => part.push(to),
            _ => parts.push(vec![from, to]),
        }
        open = to == pair[1];
    }
    parts
}

fn clip_segment(from: [f64; 2], to: [f64; 2], top: f64, bottom: f64) -> Option<[[f64; 2]; 2]> {
    if from[1].max(to[1]) < top || from[1].min(to[1]) > bottom {
        return None;
    }
    let cut = |end: [f64; 2], other: [f64; 2]| {
        let height = end[1].clamp(top, bottom);
        if height == end[1] {
            return end;
        }
        let share = (height - end[1]) / (other[1] - end[1]);
        [end[0] + share * (other[0] - end[0]), height]
    };
    Some([cut(from, to), cut(to, from)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_survive_and_few_points_remain() {
        let mut points: Vec<[f64; 2]> =
            (0..100_000).map(|i| [f64::from(i) * 0.005, (f64::from(i) * 0.1).sin()]).collect();
        points[31_234][1] = 40.0;
        points[71_234][1] = -40.0;
        let kept = decimate(&points, 1.0);
        assert!(kept.len() <= 4 * 501, "{} points for 500 columns", kept.len());
        assert!(kept.contains(&points[31_234]) && kept.contains(&points[71_234]), "the peaks are gone");
        assert_eq!((kept.first(), kept.last()), (points.first(), points.last()));
        assert!(kept.windows(2).all(|pair| pair[0][0] <= pair[1][0]), "order is kept");
    }

    #[test]
    fn means_are_taken_column_by_column() {
        let points = [[0.0, 1.0], [1.0, 3.0], [2.5, 7.0], [3.0, 9.0], [9.0, 5.0]];
        assert_eq!(means(points.into_iter(), 2.0), [[0.5, 2.0], [2.75, 8.0], [9.0, 5.0]]);
    }

    #[test]
    fn short_lines_stay_as_they_are() {
        let points = [[0.0, 1.0], [1.0, 2.0], [2.0, 0.0]];
        assert_eq!(decimate(&points, 0.5), points);
        assert!(decimate(&[], 1.0).is_empty());
    }

    #[test]
    fn a_line_is_cut_where_it_leaves_the_frame() {
        let line = [[0.0, -10.0], [1.0, 10.0], [2.0, -10.0], [3.0, -20.0], [4.0, 20.0]];
        let parts = clip(&line, 0.0, 15.0);
        let want = [vec![[0.5, 0.0], [1.0, 10.0], [1.5, 0.0]], vec![[3.5, 0.0], [3.875, 15.0]]];
        assert_eq!(parts, want);
    }
}
