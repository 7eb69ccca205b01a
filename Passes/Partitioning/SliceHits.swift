import Chips
import Lowering
import Networks

/// Tells which slices of its target population each source of a projection reaches, and what its row takes there.
///
/// Dense and one-to-one rows are known from the slices alone; local rows are produced once for each pattern; irregular ones each time,
/// unless they are kept.
struct SliceHits {
    /// A source's row on one slice.
    struct Hit {
        var slice: Int
        /// Bit 0: dense rows, bit 1: sparse rows, among all the packings asked for.
        var compressions: UInt8
    }

    let rows: SynapseRows
    private let kept: KeptRows?
    /// First neurons of the slices, and the end of the last.
    let boundaries: [Int]
    /// What is counted: [slices × channels].
    private let packings: [RowPacking]
    let channels: Int
    /// The hits of the source asked for last, by slice, and their words, [hits × channels].
    private(set) var hits: [Hit] = []
    private(set) var words: [Int] = []

    private var row = SynapseRow()
    private var isFixed = false
    /// Known local rows: hits of a pattern are `keptHits[keptRanges[pattern]]`.
    private var keptRanges: [Range<Int>?] = []
    private var keptHits: [Hit] = []
    private var keptWords: [Int] = []

    /// - Parameter packings: for each slice, `channels` of them.
    init(_ rows: SynapseRows, kept: KeptRows?, boundaries: [Int], packings: [RowPacking], channels: Int) {
        self.rows = rows
        self.kept = kept
        self.boundaries = boundaries
        self.packings = packings
        self.channels = channels
        keptRanges = [Range<Int>?](repeating: nil, count: rows.patternCount)
        if rows.isDense {
            for slice in 0..<sliceCount { appendConsecutive(slice, hole: nil) }
            isFixed = rows.structure == .dense
            keptHits = hits
            keptWords = words
        }
    }

    var sliceCount: Int { boundaries.count - 1 }

    /// Sources at which the answer may change; nil: at any.
    func breakpoints() -> [Int]? {
        switch rows.structure {
        case .dense: return []
        case .oneToOne: return boundaries
        case .denseWithoutSelf:
            var points: [Int] = []
            let chunks = Set(packings.map(\.packing.synapsesPerEntry)).sorted()
            for slice in 0..<sliceCount {
                let (first, end) = (boundaries[slice], boundaries[slice + 1])
                points += [first, end]
                for chunk in chunks {
                    for start in stride(from: first, to: end, by: chunk) {
                        let last = min(start + chunk, end) - 1
                        points += [start, start + 1, last, last + 1]
                    }
                }
            }
            return points
        case .local, .irregular: return nil
        }
    }

    /// Finds the hits of `source`.
    mutating func find(_ source: Int) {
        if isFixed { return }
        switch rows.structure {
        case .dense: return
        case .denseWithoutSelf:
            hits = keptHits
            words = keptWords
            replaceOwnSlice(source)
        case .oneToOne:
            hits.removeAll(keepingCapacity: true)
            words.removeAll(keepingCapacity: true)
            let slice = self.slice(of: source)
            hits.append(Hit(slice: slice, compressions: 0))
            for channel in 0..<channels {
                let taken = packings[slice * channels + channel].words(ofConsecutive: 1)
                words.append(taken.words)
                hits[0].compressions |= taken.compression == .dense ? 1 : 2
            }
        case .local:
            guard let pattern = rows.pattern(of: source) else { return findByRow(source) }
            if let known = keptRanges[pattern] {
                hits.removeAll(keepingCapacity: true)
                words.removeAll(keepingCapacity: true)
                hits.append(contentsOf: keptHits[known])
                words.append(contentsOf: keptWords[known.lowerBound * channels..<known.upperBound * channels])
            } else {
                findByRow(source)
                keptRanges[pattern] = keptHits.count..<keptHits.count + hits.count
                keptHits += hits
                keptWords += words
            }
        case .irregular: findByRow(source)
        }
    }

    /// The slice that holds a target neuron.
    func slice(of neuron: Int) -> Int {
        var (low, high) = (0, sliceCount)
        while high - low > 1 {
            let middle = (low + high) / 2
            if boundaries[middle] <= neuron { low = middle } else { high = middle }
        }
        return low
    }

    private mutating func findByRow(_ source: Int) {
        hits.removeAll(keepingCapacity: true)
        words.removeAll(keepingCapacity: true)
        if let kept {
            split(kept.targets, kept.offsets[source]..<kept.offsets[source + 1])
        } else {
            rows.readTargets(source, targets: boundaries[0]..<boundaries[sliceCount], into: &row)
            split(row.targets, 0..<row.count)
        }
    }

    private mutating func split(_ targets: [Int32], _ range: Range<Int>) {
        var start = range.lowerBound
        while start < range.upperBound {
            let slice = self.slice(of: Int(targets[start]))
            let bound = Int32(boundaries[slice + 1])
            var end = start + 1
            while end < range.upperBound, targets[end] < bound { end += 1 }
            var hit = Hit(slice: slice, compressions: 0)
            for channel in 0..<channels {
                let taken = packings[slice * channels + channel].words(of: targets, in: start..<end, base: boundaries[slice])
                words.append(taken.words)
                hit.compressions |= taken.compression == .dense ? 1 : 2
            }
            hits.append(hit)
            start = end
        }
    }

    private mutating func appendConsecutive(_ slice: Int, hole: Int?) {
        var hit = Hit(slice: slice, compressions: 0)
        for channel in 0..<channels {
            let taken = packings[slice * channels + channel].words(
                ofConsecutive: boundaries[slice + 1] - boundaries[slice], hole: hole)
            words.append(taken.words)
            hit.compressions |= taken.compression == .dense ? 1 : 2
        }
        hits.append(hit)
    }

    private mutating func replaceOwnSlice(_ source: Int) {
        let slice = self.slice(of: source)
        let count = boundaries[slice + 1] - boundaries[slice]
        if count == 1 {
            hits.remove(at: slice)
            words.removeSubrange(slice * channels..<(slice + 1) * channels)
            return
        }
        var compressions: UInt8 = 0
        for channel in 0..<channels {
            let taken = packings[slice * channels + channel].words(ofConsecutive: count, hole: source - boundaries[slice])
            words[slice * channels + channel] = taken.words
            compressions |= taken.compression == .dense ? 1 : 2
        }
        hits[slice].compressions = compressions
    }
}
