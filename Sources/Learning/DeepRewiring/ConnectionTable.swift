/// The active connections of a matrix of potential ones, each with its fixed sign and its parameter theta: w = sign · theta.
///
/// Nothing of the size of the potential connections is held: slots for the active ones, and a set of their places. A connection that
/// becomes dormant leaves its slot to the next one that is activated, so that a step costs as many operations as there are active
/// connections. (Bellec, Kappel, Maass and Legenstein 2018, arXiv 1711.05136.)
package final class ConnectionTable<Real: TrainingScalar>: @unchecked Sendable {
    package let sources: Int
    package let targets: Int
    /// Whether neurons of one population must not reach themselves.
    package let skipsSelf: Bool
    /// No more can be active at once.
    package let capacity: Int
    /// Slots in use: the first ones.
    package private(set) var count = 0

    /// By slot.
    package let source: UnsafeMutablePointer<Int32>
    package let target: UnsafeMutablePointer<Int32>
    /// +1 or -1.
    package let sign: UnsafeMutablePointer<Real>
    /// At least 0, but between `move` and `removeDormant`.
    package let theta: UnsafeMutablePointer<Real>
    private var places: PlaceSet

    package init(sources: Int, targets: Int, skipsSelf: Bool = false, capacity: Int) {
        self.sources = sources
        self.targets = targets
        self.skipsSelf = skipsSelf
        self.capacity = min(capacity, sources * targets - (skipsSelf ? min(sources, targets) : 0))
        source = .allocate(capacity: max(1, self.capacity))
        target = .allocate(capacity: max(1, self.capacity))
        sign = .allocate(capacity: max(1, self.capacity))
        theta = .allocate(capacity: max(1, self.capacity))
        places = PlaceSet(capacity: self.capacity)
    }

    deinit {
        source.deallocate()
        target.deallocate()
        sign.deallocate()
        theta.deallocate()
    }

    /// Pairs, those of a neuron with itself included. A place is `source · targets + target`.
    package var pairs: Int { sources * targets }
    /// Potential connections.
    package var potential: Int { pairs - (skipsSelf ? min(sources, targets) : 0) }

    package func isCandidate(_ place: Int) -> Bool { !skipsSelf || place / targets != place % targets }
    package func isActive(_ place: Int) -> Bool { places.contains(place) }
    package func place(ofSlot slot: Int) -> Int { Int(source[slot]) * targets + Int(target[slot]) }

    /// Activates the dormant connection at `place`, in the next free slot.
    package func activate(_ place: Int, theta: Real, sign: Real) {
        precondition(count < capacity && places.insert(place), "bug: deep rewiring activates a connection that is active already")
        (source[count], target[count]) = (Int32(place / targets), Int32(place % targets))
        (self.theta[count], self.sign[count]) = (theta, sign)
        count += 1
    }

    /// Makes every connection with theta below 0 dormant.
    /// - Parameter onMove: called when the content of a slot goes to another one, `(from, to)`.
    /// - Returns: how many there were.
    package func removeDormant(onMove: (Int, Int) -> Void = { _, _ in }) -> Int {
        let before = count
        var slot = 0
        while slot < count {
            if theta[slot] >= 0 {
                slot += 1
                continue
            }
            places.remove(place(ofSlot: slot))
            count -= 1
            guard slot < count else { break }
            (source[slot], target[slot]) = (source[count], target[count])
            (sign[slot], theta[slot]) = (sign[count], theta[count])
            onMove(count, slot)
        }
        return before - count
    }

    package func removeAll() {
        count = 0
        places = PlaceSet(capacity: capacity)
    }

    /// The slots in the order of their places: by source, then target.
    package var slotsByPlace: [Int] { (0..<count).sorted { place(ofSlot: $0) < place(ofSlot: $1) } }

    package func weight(ofSlot slot: Int) -> Real { sign[slot] * theta[slot] }
}

/// A set of at most `capacity` numbers, by open addressing; at least half of its table is free.
struct PlaceSet: Sendable {
    private var table: [Int]
    private let mask: Int

    init(capacity: Int) {
        var size = 16
        while size < 2 * capacity + 2 { size *= 2 }
        table = [Int](repeating: -1, count: size)
        mask = size - 1
    }

    private func home(_ place: Int) -> Int {
        // Fibonacci hashing: neighbouring places are spread over the table.
        Int(truncatingIfNeeded: (UInt64(truncatingIfNeeded: place) &* 0x9e37_79b9_7f4a_7c15) >> 20) & mask
    }

    private func index(of place: Int) -> Int {
        var index = home(place)
        while table[index] != place, table[index] >= 0 { index = (index + 1) & mask }
        return index
    }

    func contains(_ place: Int) -> Bool { table[index(of: place)] == place }

    /// - Returns: whether it was not there.
    mutating func insert(_ place: Int) -> Bool {
        let index = index(of: place)
        guard table[index] != place else { return false }
        table[index] = place
        return true
    }

    /// Closes the gap, so that no search ends too early.
    mutating func remove(_ place: Int) {
        var gap = index(of: place)
        guard table[gap] == place else { return }
        var next = (gap + 1) & mask
        while table[next] >= 0 {
            let home = home(table[next])
            // Whether `home` does not lie cyclically in (gap, next].
            if (next - home) & mask >= (next - gap) & mask {
                table[gap] = table[next]
                gap = next
            }
            next = (next + 1) & mask
        }
        table[gap] = -1
    }
}
