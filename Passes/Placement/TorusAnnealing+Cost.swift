import Numerics

extension TorusAnnealing {
    mutating func gather(_ cls: Int) {
        chipBuffer.removeAll(keepingCapacity: true)
        let big = Int(bigIndex[cls])
        if big >= 0 {
            let base = big * cellCount
            for index in 0..<Int(listCount[big]) { chipBuffer.append(Int32(lists[base + index])) }
            return
        }
        stamp += 1
        for index in items.offsets[cls]..<items.offsets[cls + 1] {
            let cell = cellOf[Int(items.members[index])]
            if cellMark[Int(cell)] != stamp {
                cellMark[Int(cell)] = stamp
                chipBuffer.append(cell)
            }
        }
    }

    func near(_ cell: Int, _ chips: [Int32]) -> Int32 {
        var least: Int32 = 255
        let row = cell * cellCount
        for chip in chips {
            let d = Int32(distance[row + Int(chip)])
            if d < least { least = d }
        }
        return least
    }

    mutating func price(_ cls: Int) -> Double {
        gather(cls)
        work += 30 + (bigIndex[cls] >= 0 ? chipBuffer.count : 2 * (items.offsets[cls + 1] - items.offsets[cls]))
        let (first, end) = (items.senderOffsets[cls], items.senderOffsets[cls + 1])
        if end == first || chipBuffer.isEmpty { return 0 }
        if end == first + 1 {
            let home = cellOf[Int(items.senders[first])]
            if !chipBuffer.contains(home) { chipBuffer.append(home) }
            return items.senderWeights[first] * Double(span())
        }
        let links = span()
        var sum = classWeight[cls] * Double(links)
        if isFunnelled { return sum + funnel(first..<end) }
        if end - first > 12 && chipBuffer.count > 3 {
            spread()
            work += 12 * cellCount + 2 * (end - first)
            for index in first..<end { sum += items.senderWeights[index] * Double(reach[Int(cellOf[Int(items.senders[index])])]) }
        } else {
            for index in first..<end {
                sum += items.senderWeights[index] * Double(near(Int(cellOf[Int(items.senders[index])]), chipBuffer))
            }
        }
        return sum
    }

    /// Packets times links from senders outside the class to the chip of it that serves them best.
    private mutating func funnel(_ senders: Range<Int>) -> Double {
        stamp += 1
        for chip in chipBuffer { cellMark[Int(chip)] = stamp }
        var least = Double.infinity
        for chip in chipBuffer {
            let row = Int(chip) * cellCount
            var sum = 0.0
            for index in senders {
                let home = Int(cellOf[Int(items.senders[index])])
                if cellMark[home] != stamp { sum += items.senderWeights[index] * Double(distance[row + home]) }
            }
            least = min(least, sum)
        }
        work += 2 * senders.count * chipBuffer.count
        return least
    }

    /// Links to the nearest of the chips in the buffer, for every cell.
    private mutating func spread() {
        stamp += 1
        queue.removeAll(keepingCapacity: true)
        for chip in chipBuffer {
            cellMark[Int(chip)] = stamp
            reach[Int(chip)] = 0
            queue.append(chip)
        }
        var next = 0
        while next < queue.count {
            let cell = Int(queue[next])
            next += 1
            for link in 0..<6 {
                let other = neighbours[cell * 6 + link]
                if other >= 0, cellMark[Int(other)] != stamp {
                    cellMark[Int(other)] = stamp
                    reach[Int(other)] = reach[cell] + 1
                    queue.append(other)
                }
            }
        }
    }

    /// Links of a spanning tree over the chips in the buffer.
    private mutating func span() -> Int32 {
        let count = chipBuffer.count
        if count <= 1 { return 0 }
        if count == 2 { return Int32(distance[Int(chipBuffer[0]) * cellCount + Int(chipBuffer[1])]) }
        if count <= 24 {
            work += count * count * 2
            return prim()
        }
        work += count * 16
        // Parts that hang together by single links, then the gaps between them.
        stamp += 1
        let inside = stamp
        for chip in chipBuffer { cellMark[Int(chip)] = inside }
        stamp += 1
        let seen = stamp
        var total: Int32 = 0
        queue.removeAll(keepingCapacity: true)
        queue.append(chipBuffer[0])
        cellMark[Int(chipBuffer[0])] = seen
        reach[Int(chipBuffer[0])] = 0
        var found = 1
        var next = 0
        // Grows from what is joined; a step into another cell of the class joins it at the cost of the way so far.
        while found < count {
            while next < queue.count {
                let cell = Int(queue[next])
                next += 1
                for link in 0..<6 {
                    let other = neighbours[cell * 6 + link]
                    if other >= 0, cellMark[Int(other)] == inside {
                        cellMark[Int(other)] = seen
                        total += 1
                        found += 1
                        queue.append(other)
                    }
                }
            }
            if found == count { break }
            total += bridge(seen, inside, &found)
            next = 0
            if total > 1 << 20 { break }
        }
        return total
    }

    /// The nearest cell of the class that is not joined yet, joined; the queue holds the joined ones.
    private mutating func bridge(_ seen: Int32, _ inside: Int32, _ found: inout Int) -> Int32 {
        var least: Int32 = .max
        var choice: Int32 = -1
        for chip in chipBuffer where cellMark[Int(chip)] == inside {
            let row = Int(chip) * cellCount
            for joined in queue {
                let d = Int32(distance[row + Int(joined)])
                if d < least {
                    least = d
                    choice = chip
                }
            }
            if least == 2 { break }
        }
        guard choice >= 0 else { return 1 << 21 }
        cellMark[Int(choice)] = seen
        found += 1
        queue.append(choice)
        return least
    }

    private mutating func prim() -> Int32 {
        let count = chipBuffer.count
        best.removeAll(keepingCapacity: true)
        let row = Int(chipBuffer[0]) * cellCount
        for index in 1..<count { best.append(Int32(distance[row + Int(chipBuffer[index])])) }
        var total: Int32 = 0
        var left = count - 1
        // Joined cells are moved behind those that are left.
        while left > 0 {
            var (place, least) = (0, best[0])
            for index in 1..<max(left, 1) where best[index] < least { (place, least) = (index, best[index]) }
            total += least
            let chip = chipBuffer[place + 1]
            left -= 1
            chipBuffer.swapAt(place + 1, left + 1)
            best.swapAt(place, left)
            let row = Int(chip) * cellCount
            for index in 0..<left {
                let d = Int32(distance[row + Int(chipBuffer[index + 1])])
                if d < best[index] { best[index] = d }
            }
        }
        return total
    }
}
