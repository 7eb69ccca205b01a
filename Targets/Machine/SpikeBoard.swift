/// Where sources post the spikes of a step and cores read those of the step before: two pages that change roles with every step.
struct SpikeBoard: Sendable {
    /// First place of each core on a page, and the length of a page.
    let offsets: [Int]
    var places: [Int32]
    /// Parallel to `places`: what spikes carry; empty where no core sends values.
    var values: [Int32]
    /// [page][core].
    var counts: [Int32]
    /// The page that holds the spikes of the step before.
    var page = 0

    init(_ sizes: [Int], carriesValues: Bool = false) {
        var offsets = [0]
        for size in sizes { offsets.append((offsets.last ?? 0) + size) }
        self.offsets = offsets
        places = [Int32](repeating: 0, count: 2 * (offsets.last ?? 0))
        values = carriesValues ? places : []
        counts = [Int32](repeating: 0, count: 2 * sizes.count)
    }

    mutating func clear() { for index in counts.indices { counts[index] = 0 } }
}

extension SpikeBoard {
    /// Opens the board's memory to the threads of a run.
    mutating func withOpen<Result>(_ body: (OpenSpikeBoard) -> Result) -> Result {
        offsets.withUnsafeBufferPointer { offsets in
            places.withUnsafeMutableBufferPointer { places in
                values.withUnsafeMutableBufferPointer { values in
                    counts.withUnsafeMutableBufferPointer { counts in
                        body(OpenSpikeBoard(offsets: offsets, places: places, counts: counts, values: values))
                    }
                }
            }
        }
    }
}

/// A board while a run holds its memory; threads write disjoint places.
struct OpenSpikeBoard: @unchecked Sendable {
    let offsets: UnsafeBufferPointer<Int>
    let places: UnsafeMutableBufferPointer<Int32>
    let counts: UnsafeMutableBufferPointer<Int32>
    /// As in `SpikeBoard`.
    var values = UnsafeMutableBufferPointer<Int32>(start: nil, count: 0)

    @inline(__always) private var sources: Int { offsets.count &- 1 }

    /// What a core posted on a page.
    @inline(__always)
    func spikes(of core: Int, page: Int) -> UnsafeBufferPointer<Int32> {
        let start = page &* offsets[sources] &+ offsets[core]
        return UnsafeBufferPointer(rebasing: places[start..<start &+ Int(counts[page &* sources &+ core])])
    }

    /// What the spikes of a core on a page carry.
    @inline(__always)
    func values(of core: Int, page: Int) -> UnsafeBufferPointer<Int32> {
        let start = page &* offsets[sources] &+ offsets[core]
        return UnsafeBufferPointer(rebasing: values[start..<start &+ Int(counts[page &* sources &+ core])])
    }

    /// The room of a core for values on a page; empty where no core sends any.
    @inline(__always)
    func roomForValues(of core: Int, page: Int) -> UnsafeMutableBufferPointer<Int32> {
        if values.isEmpty { return values }
        let start = page &* offsets[sources]
        return UnsafeMutableBufferPointer(rebasing: values[start &+ offsets[core]..<start &+ offsets[core &+ 1]])
    }

    /// The room of a core on a page.
    @inline(__always)
    func room(of core: Int, page: Int) -> UnsafeMutableBufferPointer<Int32> {
        let start = page &* offsets[sources]
        return UnsafeMutableBufferPointer(rebasing: places[start &+ offsets[core]..<start &+ offsets[core &+ 1]])
    }

    @inline(__always)
    func post(_ count: Int, of core: Int, page: Int) { counts[page &* sources &+ core] = Int32(truncatingIfNeeded: count) }
}
