import Chips

/// Which drivers of a bus serve which events, and their masks: a driver forwards an event when row select and driver index agree in all
/// bits of its mask, so a group of events gets drivers of its own when their masks let the group in and every other group out.
///
/// A driver can serve a group exactly when its widest mask that lets the group in lets all others out, so what is left is to match
/// groups with drivers, each group as often as it asks: augmenting paths solve that completely.
package struct DriverAllocation: Hashable, Sendable {
    /// A group of events that needs drivers.
    package struct Request: Hashable, Sendable {
        /// The row selects of its events.
        package var selects: [Int]
        package var drivers: Int

        package init(selects: [Int], drivers: Int) {
            self.selects = selects
            self.drivers = drivers
        }
    }

    package struct Driver: Hashable, Sendable {
        /// On the bus.
        package var index: Int
        package var mask: Int
    }

    /// By request: its drivers, ascending.
    package var drivers: [[Driver]]

    /// Nil when there is no allocation; that is a proof.
    package init?(_ requests: [Request], selectBits: Int, driversPerBus: Int) {
        guard requests.reduce(0, { $0 + $1.drivers }) <= driversPerBus else { return nil }
        let masks = requests.indices.map { Self.masks(of: $0, among: requests, selectBits: selectBits, drivers: driversPerBus) }
        var owner = [Int?](repeating: nil, count: driversPerBus)
        for request in requests.indices {
            for _ in 0..<requests[request].drivers {
                var visited = [Bool](repeating: false, count: driversPerBus)
                guard Self.augment(request, masks, &owner, &visited) else { return nil }
            }
        }
        drivers = requests.indices.map { request in
            owner.indices.filter { owner[$0] == request }.map { Driver(index: $0, mask: masks[request][$0] ?? 0) }
        }
    }

    /// By driver: the mask with which it serves a request and no other; nil where there is none.
    static func masks(of request: Int, among requests: [Request], selectBits: Int, drivers: Int) -> [Int?] {
        let all = (1 << selectBits) - 1
        let others = requests.indices.filter { $0 != request }.flatMap { requests[$0].selects }
        return (0..<drivers).map { driver in
            // Alone on the bus, a driver need not compare.
            if others.isEmpty { return 0 }
            let mask = requests[request].selects.reduce(all) { $0 & ~($1 ^ driver) }
            return others.allSatisfy { ($0 ^ driver) & mask != 0 } ? mask : nil
        }
    }

    private static func augment(_ request: Int, _ masks: [[Int?]], _ owner: inout [Int?], _ visited: inout [Bool]) -> Bool {
        for driver in owner.indices where masks[request][driver] != nil && !visited[driver] {
            visited[driver] = true
            guard let other = owner[driver] else {
                owner[driver] = request
                return true
            }
            if other != request, augment(other, masks, &owner, &visited) {
                owner[driver] = request
                return true
            }
        }
        return false
    }
}

/// The search for row selects of groups that may choose theirs: backtracking over the free ones, every leaf decided by
/// `DriverAllocation`, with a bound on the leaves.
struct SelectSearch {
    let selectBits: Int
    let driversPerBus: Int
    /// Leaves that may still be tried.
    var leaves: Int

    /// - Parameter groups: by group: the row selects that are fixed (by neurons' event outputs), none for a group that may choose one; and the
    ///   drivers that it needs.
    /// - Returns: the row selects and drivers of each group.
    mutating func solve(_ groups: [DriverAllocation.Request]) -> (requests: [DriverAllocation.Request], allocation: DriverAllocation)? {
        guard groups.reduce(0, { $0 + $1.drivers }) <= driversPerBus else { return nil }
        var requests = groups
        return search(0, &requests)
    }

    private mutating func search(
        _ group: Int, _ requests: inout [DriverAllocation.Request]
    ) -> (requests: [DriverAllocation.Request], allocation: DriverAllocation)? {
        guard group < requests.count else {
            leaves -= 1
            return DriverAllocation(requests, selectBits: selectBits, driversPerBus: driversPerBus).map { (requests, $0) }
        }
        if !requests[group].selects.isEmpty { return search(group + 1, &requests) }
        let taken = requests.flatMap(\.selects)
        // Far row selects leave most drivers a choice: try first those that differ in most bits from the ones that are taken.
        let free = (0..<1 << selectBits).filter { !taken.contains($0) }
        func nearest(_ select: Int) -> Int { taken.map { ($0 ^ select).nonzeroBitCount }.min() ?? 0 }
        for select in free.sorted(by: { (nearest($1), $0) < (nearest($0), $1) }) {
            guard leaves > 0 else { return nil }
            requests[group].selects = [select]
            if let found = search(group + 1, &requests) { return found }
            requests[group].selects = []
        }
        return nil
    }
}
