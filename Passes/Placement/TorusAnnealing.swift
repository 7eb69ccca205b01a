import Chips
import Numerics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Betters a placement by moving items between chips, at the cost of the multicast trees that they would have.
///
/// A class of targets costs the links that join its chips (a minimum spanning tree; links between neighbouring chips where a class has many)
/// for each packet to it, and each sender pays its way to the nearest chip of the class, or to the one chip that serves all senders best when
/// they share their whole tree.
struct TorusAnnealing {
    let items: TorusItems
    /// Whether all senders to a class enter its tree at one chip.
    let isFunnelled: Bool
    let machine: TorusMachine
    /// Chips in use as numbers from 0: distances are between these.
    let cells: [Int32]
    let distance: [UInt8]
    let neighbours: [Int32]
    let cellCount: Int

    private(set) var cellOf: [Int32]
    private var free: [Int32]
    private var on: [[Int32]]
    private var placeOn: [Int32]

    /// Classes with many members keep counts and a list of their chips.
    let bigIndex: [Int32]
    var counts: [UInt16]
    var listPlace: [UInt16]
    var lists: [UInt16]
    var listCount: [Int32]
    let classWeight: [Double]

    private(set) var classCost: [Double]
    private(set) var cost: Double

    // Room for searches and for the change in work.
    var stamp: Int32 = 0
    var cellMark: [Int32]
    private var fullMark: [Int32]
    private var fullStamp: Int32 = 0
    private var dirty: [Int32] = []
    private var newCost: [Double] = []
    private var sourceDelta: [(cls: Int32, item: Int32, from: Int32, to: Int32, weight: Double)] = []
    var chipBuffer: [Int32] = []
    var best: [Int32] = []
    var queue: [Int32] = []
    var reach: [Int32]
    private var moves: [(item: Int32, to: Int32)] = []
    private var random: UInt64
    /// Steps of work done, about a nanosecond each.
    var work = 0
    private(set) var steps = 0

    private static let manyMembers = 20
    private static let mostListEntries = 1 << 26

    init(
        _ items: TorusItems, _ machine: TorusMachine, cells: [Int32], distance: [UInt8], at routers: [Int32], seed: UInt64,
        isFunnelled: Bool = false
    ) {
        self.items = items
        self.isFunnelled = isFunnelled
        self.machine = machine
        self.cells = cells
        self.distance = distance
        cellCount = cells.count
        var cellOfRouter = [Int32](repeating: -1, count: machine.routerCount)
        for (cell, router) in cells.enumerated() { cellOfRouter[Int(router)] = Int32(cell) }
        var neighbours = [Int32](repeating: -1, count: cells.count * 6)
        for (cell, router) in cells.enumerated() {
            for link in 0..<6 {
                let other = machine.neighbours[Int(router) * 6 + link]
                if other >= 0 { neighbours[cell * 6 + link] = cellOfRouter[Int(other)] }
            }
        }
        self.neighbours = neighbours
        cellOf = routers.map { cellOfRouter[Int($0)] }
        free = cells.map { Int32(machine.capacity[Int($0)]) }
        on = [[Int32]](repeating: [], count: cells.count)
        placeOn = [Int32](repeating: 0, count: items.count)
        for item in 0..<items.count {
            let cell = Int(cellOf[item])
            placeOn[item] = Int32(on[cell].count)
            on[cell].append(Int32(item))
            free[cell] -= Int32(items.size(item))
        }
        // Lists take memory for each class and chip; a machine of many chips and a network of many classes does without.
        let many = items.classCount * cells.count > Self.mostListEntries ? Int.max : Self.manyMembers
        var bigIndex = [Int32](repeating: -1, count: items.classCount)
        var bigCount = 0
        var weight = [Double](repeating: 0, count: items.classCount)
        for cls in 0..<items.classCount {
            for index in items.senderOffsets[cls]..<items.senderOffsets[cls + 1] { weight[cls] += items.senderWeights[index] }
            if items.offsets[cls + 1] - items.offsets[cls] > many {
                bigIndex[cls] = Int32(bigCount)
                bigCount += 1
            }
        }
        self.bigIndex = bigIndex
        classWeight = weight
        counts = [UInt16](repeating: 0, count: bigCount * cells.count)
        listPlace = counts
        lists = counts
        listCount = [Int32](repeating: 0, count: bigCount)
        classCost = [Double](repeating: 0, count: items.classCount)
        cost = 0
        cellMark = [Int32](repeating: 0, count: cells.count)
        reach = [Int32](repeating: 0, count: cells.count)
        fullMark = [Int32](repeating: 0, count: items.classCount)
        random = seed &* 0x9e37_79b9_7f4a_7c15 | 1
        for cls in 0..<items.classCount where bigIndex[cls] >= 0 {
            for index in items.offsets[cls]..<items.offsets[cls + 1] { add(Int(bigIndex[cls]), Int(cellOf[Int(items.members[index])])) }
        }
        for cls in 0..<items.classCount {
            classCost[cls] = price(cls)
            cost += classCost[cls]
        }
    }

    var routers: [Int32] { cellOf.map { cells[Int($0)] } }

    private mutating func draw() -> UInt64 {
        random ^= random << 13
        random ^= random >> 7
        random ^= random << 17
        return random
    }
    private mutating func draw(below bound: Int) -> Int { Int(draw() >> 11) % bound }
    private mutating func uniform() -> Double { Double(draw() >> 11) * 0x1p-53 }

    private mutating func add(_ big: Int, _ cell: Int) {
        let base = big * cellCount
        if counts[base + cell] == 0 {
            let count = Int(listCount[big])
            listPlace[base + cell] = UInt16(count)
            lists[base + count] = UInt16(cell)
            listCount[big] += 1
        }
        counts[base + cell] += 1
    }

    private mutating func remove(_ big: Int, _ cell: Int) {
        let base = big * cellCount
        counts[base + cell] -= 1
        if counts[base + cell] == 0 {
            let last = Int(listCount[big]) - 1
            let place = Int(listPlace[base + cell])
            let moved = lists[base + last]
            lists[base + place] = moved
            listPlace[base + Int(moved)] = UInt16(place)
            listCount[big] -= 1
        }
    }

    private mutating func put(_ item: Int, _ cell: Int) {
        let old = Int(cellOf[item])
        let place = Int(placeOn[item])
        let last = on[old].removeLast()
        if Int(last) != item {
            on[old][place] = last
            placeOn[Int(last)] = Int32(place)
        }
        free[old] += Int32(items.size(item))
        placeOn[item] = Int32(on[cell].count)
        on[cell].append(Int32(item))
        free[cell] -= Int32(items.size(item))
        cellOf[item] = Int32(cell)
    }

    /// Carries the moves out and returns what they change; `moves` then holds the way back.
    private mutating func attempt() -> Double {
        fullStamp += 1
        dirty.removeAll(keepingCapacity: true)
        sourceDelta.removeAll(keepingCapacity: true)
        for index in moves.indices {
            let (item, to) = (Int(moves[index].item), Int(moves[index].to))
            let from = Int(cellOf[item])
            moves[index].to = Int32(from)
            for place in items.memberOfOffsets[item]..<items.memberOfOffsets[item + 1] {
                let cls = Int(items.memberOf[place])
                let big = Int(bigIndex[cls])
                if big >= 0 {
                    let base = big * cellCount
                    let changes = counts[base + from] == 1 || counts[base + to] == 0
                    remove(big, from)
                    add(big, to)
                    if !changes { continue }
                }
                if fullMark[cls] != fullStamp {
                    fullMark[cls] = fullStamp
                    dirty.append(Int32(cls))
                }
            }
            for place in items.sendsOffsets[item]..<items.sendsOffsets[item + 1] {
                let cls = items.sends[place]
                if isFunnelled || bigIndex[Int(cls)] < 0 || items.senderOffsets[Int(cls) + 1] - items.senderOffsets[Int(cls)] == 1 {
                    if fullMark[Int(cls)] != fullStamp {
                        fullMark[Int(cls)] = fullStamp
                        dirty.append(cls)
                    }
                } else {
                    sourceDelta.append((cls, Int32(item), Int32(from), Int32(to), items.sendWeights[place]))
                }
            }
            put(item, to)
            work += 10 + 6 * (items.memberOfOffsets[item + 1] - items.memberOfOffsets[item])
        }
        var delta = 0.0
        newCost.removeAll(keepingCapacity: true)
        for index in dirty.indices {
            let cls = Int(dirty[index])
            let price = price(cls)
            newCost.append(price)
            delta += price - classCost[cls]
        }
        for index in sourceDelta.indices {
            let entry = sourceDelta[index]
            let cls = Int(entry.cls)
            if fullMark[cls] == fullStamp {
                sourceDelta[index].weight = 0
                continue
            }
            gather(cls)
            work += 10 + 4 * chipBuffer.count
            let change = entry.weight * Double(near(Int(entry.to), chipBuffer) - near(Int(entry.from), chipBuffer))
            sourceDelta[index].weight = change
            delta += change
        }
        return delta
    }

    private mutating func accept(_ delta: Double) {
        for index in dirty.indices { classCost[Int(dirty[index])] = newCost[index] }
        for entry in sourceDelta { classCost[Int(entry.cls)] += entry.weight }
        cost += delta
    }

    private mutating func undo() {
        for index in moves.indices.reversed() {
            let (item, to) = (Int(moves[index].item), Int(moves[index].to))
            let from = Int(cellOf[item])
            for place in items.memberOfOffsets[item]..<items.memberOfOffsets[item + 1] {
                let big = Int(bigIndex[Int(items.memberOf[place])])
                if big >= 0 {
                    remove(big, from)
                    add(big, to)
                }
            }
            put(item, to)
        }
    }

    /// Puts every item where it was.
    private mutating func restore(_ cells: [Int32]) {
        for item in 0..<items.count where cells[item] != cellOf[item] {
            for place in items.memberOfOffsets[item]..<items.memberOfOffsets[item + 1] {
                let big = Int(bigIndex[Int(items.memberOf[place])])
                if big >= 0 {
                    remove(big, Int(cellOf[item]))
                    add(big, Int(cells[item]))
                }
            }
            put(item, Int(cells[item]))
        }
    }

    /// A cell near one that shares a class with the item.
    private mutating func partnerCell(_ item: Int) -> Int {
        let sent = items.sendsOffsets[item + 1] - items.sendsOffsets[item]
        let received = items.memberOfOffsets[item + 1] - items.memberOfOffsets[item]
        guard sent + received > 0 else { return draw(below: cellCount) }
        let pick = draw(below: sent + received)
        let cls = Int(
            pick < sent ? items.sends[items.sendsOffsets[item] + pick] : items.memberOf[items.memberOfOffsets[item] + pick - sent])
        let (members, senders) = (items.offsets[cls + 1] - items.offsets[cls], items.senderOffsets[cls + 1] - items.senderOffsets[cls])
        let other = draw(below: members + senders)
        let partner =
            other < members ? items.members[items.offsets[cls] + other] : items.senders[items.senderOffsets[cls] + other - members]
        var cell = Int(cellOf[Int(partner)])
        if draw(below: 2) == 0 {
            let next = neighbours[cell * 6 + draw(below: 6)]
            if next >= 0 { cell = Int(next) }
        }
        return cell
    }

    /// Draws one exchange of an item with another, or with free room; false when there is none.
    private mutating func proposeItem() -> Bool {
        let item = draw(below: items.count)
        let from = Int(cellOf[item])
        let to = partnerCell(item)
        if to == from { return false }
        moves.removeAll(keepingCapacity: true)
        let size = Int32(items.size(item))
        if free[to] >= size && (on[to].isEmpty || draw(below: 2) == 0) {
            moves.append((Int32(item), Int32(to)))
            return true
        }
        guard !on[to].isEmpty else { return false }
        let other = Int(on[to][draw(below: on[to].count)])
        let otherSize = Int32(items.size(other))
        guard free[to] + otherSize >= size, free[from] + size >= otherSize else { return false }
        moves.append((Int32(item), Int32(to)))
        moves.append((Int32(other), Int32(from)))
        return true
    }

    /// Draws an exchange of all that two chips hold.
    private mutating func proposeChips() -> Bool {
        let item = draw(below: items.count)
        let from = Int(cellOf[item])
        let to = partnerCell(item)
        if to == from { return false }
        let (a, b) = (Int32(machine.capacity[Int(cells[from])]), Int32(machine.capacity[Int(cells[to])]))
        guard a - free[from] <= b, b - free[to] <= a else { return false }
        moves.removeAll(keepingCapacity: true)
        for item in on[from] { moves.append((item, Int32(to))) }
        for item in on[to] { moves.append((item, Int32(from))) }
        return true
    }

    /// Exchanges what chips hold, or moves it to empty ones, where that costs nothing and brings the chips in use closer together: trees of one
    /// length then have more links to choose from.
    mutating func tidy() {
        guard cellCount * on.count(where: { !$0.isEmpty }) <= Self.mostTidied else { return }
        for from in 0..<cellCount {
            for to in 0..<cellCount where to != from && !on[from].isEmpty {
                let (a, b) = (Int32(machine.capacity[Int(cells[from])]), Int32(machine.capacity[Int(cells[to])]))
                guard a - free[from] <= b, b - free[to] <= a else { continue }
                let closer = on[to].isEmpty ? spread(from) - spread(to) + 2 * Int(distance[from * cellCount + to]) : 0
                moves.removeAll(keepingCapacity: true)
                for item in on[from] { moves.append((item, Int32(to))) }
                for item in on[to] { moves.append((item, Int32(from))) }
                let delta = attempt()
                if delta < -1e-9 * cost || delta <= 1e-9 * cost && closer > 0 { accept(delta) } else { undo() }
            }
        }
    }

    private static let mostTidied = 4096

    /// Links from a chip to all that are in use, twice.
    private func spread(_ cell: Int) -> Int {
        (0..<cellCount).reduce(0) { $0 + (on[$1].isEmpty ? 0 : 2 * Int(distance[cell * cellCount + $1])) }
    }

    /// Moves items for so much work while the temperature falls.
    /// - Parameters:
    ///   - hot: the first temperature, as a share of the mean change that a random move makes; `cold` the last.
    ///   - chipShare: how many of a hundred moves exchange all that two chips hold.
    mutating func run(work budget: Int, hot: Double, cold: Double, chipShare: Int) {
        // The scale of changes, from a sample of moves.
        var (sum, samples) = (0.0, 0)
        for _ in 0..<400 where proposeItem() {
            let delta = attempt()
            undo()
            if delta != 0 {
                sum += abs(delta)
                samples += 1
            }
        }
        let scale = samples > 0 ? sum / Double(samples) : 1
        var temperature = scale * hot
        var bestCost = cost
        var bestCells = cellOf
        work = 0
        let ratio = cold / hot
        steps = 0
        while work < budget {
            steps += 1
            work += 20
            if steps & 63 == 0 { temperature = scale * hot * pow(ratio, Double(work) / Double(budget)) }
            if steps & 1023 == 0, cost < bestCost * 0.9999 {
                bestCost = cost
                bestCells = cellOf
            }
            let proposed = chipShare > 0 && draw(below: 100) < chipShare ? proposeChips() : proposeItem()
            guard proposed else { continue }
            let delta = attempt()
            if delta <= 0 || uniform() < exp(-delta / temperature) { accept(delta) } else { undo() }
        }
        if cost > bestCost { restore(bestCells) }
        var exact = 0.0
        for cls in 0..<items.classCount {
            classCost[cls] = price(cls)
            exact += classCost[cls]
        }
        cost = exact
    }
}
