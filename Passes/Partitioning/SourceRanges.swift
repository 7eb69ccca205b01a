import Networks

/// The sources of one population in ranges of equal behaviour towards several projections.
struct SourceRanges {
    /// Ascending, from 0 to the population's size.
    let points: [Int]

    /// - Parameter extra: further points at which ranges must end, such as the population's own slices.
    init(count: Int, _ projections: [SliceHits], extra: [Int] = []) {
        var points = extra + [0, count]
        for projection in projections {
            guard let more = projection.breakpoints() else {
                self.points = Array(0...count)
                return
            }
            points += more
        }
        self.points = Set(points.filter { $0 >= 0 && $0 <= count }).sorted()
    }

    var ranges: some Sequence<Range<Int>> { zip(points, points.dropFirst()).lazy.map { $0..<$1 } }
}

/// The sources of one population in groups of equal behaviour, for counts that do not ask which sources they are.
///
/// Ranges, or the channels that share a pattern when all projections are dense or local with the same patterns.
struct SourceGroups {
    struct Group {
        /// One of them.
        var source: Int
        var count: Int
        /// Which they are; nil: not a range.
        var range: Range<Int>?
    }

    let groups: [Group]
    /// The projection whose patterns the groups are, by number.
    let pattern: Int?

    init(count: Int, _ projections: [SliceHits]) {
        let local = projections.indices.filter { projections[$0].rows.structure == .local }
        let others = projections.filter { $0.rows.structure != .local }
        if let first = local.first, others.allSatisfy({ $0.rows.structure == .dense }),
            local.allSatisfy({ projections[$0].rows.patternCount == projections[first].rows.patternCount })
        {
            let rows = projections[first].rows
            pattern = first
            groups = (0..<rows.patternCount).map {
                Group(source: rows.firstSource(ofPattern: $0) ?? 0, count: rows.sourcesPerPattern, range: nil)
            }
        } else {
            pattern = nil
            groups = SourceRanges(count: count, projections).ranges.map { Group(source: $0.lowerBound, count: $0.count, range: $0) }
        }
    }
}
