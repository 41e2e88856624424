//! Lines cut at the top and the bottom of a chart.

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
    fn a_line_is_cut_where_it_leaves_the_frame() {
        let line = [[0.0, -10.0], [1.0, 10.0], [2.0, -10.0], [3.0, -20.0], [4.0, 20.0]];
        let parts = clip(&line, 0.0, 15.0);
        let want = [vec![[0.5, 0.0], [1.0, 10.0], [1.5, 0.0]], vec![[3.5, 0.0], [3.875, 15.0]]];
        assert_eq!(parts, want);
    }
}
