import Diagnostics

extension HDF5Image {
    /// The numbers of the given rows, or all of them; the dataset holds numbers.
    func numbers(_ layout: HDF5Layout, _ element: ElementType, rows: Range<Int>?) throws(Fault) -> NumericArray {
        var shape = layout.shape
        if let rows { shape[0] = rows.count }
        let values = try values(layout, rows: rows)
        if layout.datatype.content == .halves {
            let patterns: [UInt16] = values.withUnsafeBytes {
                UInt16.array(from: $0, count: values.count / 2, bigEndian: layout.datatype.isBigEndian)
            }
            return NumericArray(patterns.map(float(fromHalf:)), shape: shape)
        }
        let array = element.swiftType.numericArray(from: values, shape: shape, bigEndian: layout.datatype.isBigEndian)
        guard element == .bool, case .int8(let truths) = array.storage else { return array }
        return NumericArray(shape: shape, storage: .bool(truths.map { $0 == 0 ? 0 : 1 }))
    }

    /// All strings of a dataset of strings, at most `limit` bytes in all; nil when there are more.
    func strings(_ layout: HDF5Layout, limit: Int) throws(Fault) -> [String]? {
        let values = try values(layout, rows: nil)
        let size = layout.datatype.size
        var strings: [String] = []
        guard case .fixedStrings(let isBlankPadded) = layout.datatype.content else {
            var heaps: [Int: [Int: Range<Int>]] = [:]
            var total = 0
            for start in stride(from: values.startIndex, to: values.endIndex, by: size) {
                let string = try variableString(HDF5Bytes(Array(values[start..<start + size])), heaps: &heaps)
                total += string.count + 16
                if total > limit { return nil }
                strings.append(String(decoding: string, as: UTF8.self))
            }
            return strings
        }
        for start in stride(from: values.startIndex, to: values.endIndex, by: size) {
            var string = values[start..<start + size].prefix { $0 != 0 }
            while isBlankPadded, string.last == UInt8(ascii: " ") { string.removeLast() }
            strings.append(String(decoding: string, as: UTF8.self))
        }
        return strings
    }

    /// A string in the global heap: its length, the address of the collection, the number of the object in it.
    private func variableString(_ reference: HDF5Bytes, heaps: inout [Int: [Int: Range<Int>]]) throws(Fault) -> ArraySlice<UInt8> {
        let length = try reference.integer(at: 0, 4)
        let bits = try reference.bits(at: 4, 8)
        if length == 0 || bits == 0 || bits == .max { return [] }
        guard let address = Int(exactly: bits) else { throw .malformed("a string at address \(bits)") }
        if heaps[address] == nil { heaps[address] = try heap(at: address) }
        let index = try reference.integer(at: 12, 4)
        guard let range = heaps[address]?[index], length <= range.count else { throw .malformed("a string that is not in its heap") }
        return bytes.all[range.prefix(length)].prefix { $0 != 0 }
    }

    /// The objects of a global heap collection by number.
    private func heap(at address: Int) throws(Fault) -> [Int: Range<Int>] {
        try bytes.expect("GCOL", at: address)
        let end = address + (try bytes.slice(at: address, try bytes.integer(at: address + 8, 8)).count)
        var objects: [Int: Range<Int>] = [:]
        var offset = address + 16
        while offset + 16 <= end {
            let index = try bytes.integer(at: offset, 2)
            if index == 0 { break }  // the free space behind the last object
            let size = try bytes.integer(at: offset + 8, 8)
            guard size <= end - offset - 16 else { throw .malformed("an object beyond its heap at byte \(offset)") }
            objects[index] = offset + 16..<offset + 16 + size
            offset += 16 + (size + 7) / 8 * 8
        }
        return objects
    }

    // MARK: Bytes

    /// The bytes of the given rows in row-major order, still in the file's byte order.
    private func values(_ layout: HDF5Layout, rows: Range<Int>?) throws(Fault) -> ArraySlice<UInt8> {
        var shape = layout.shape
        let rowSize = shape.dropFirst().reduce(layout.datatype.size, *)
        if let rows { shape[0] = rows.count }
        let count = shape.reduce(layout.datatype.size, *)
        let first = (rows?.lowerBound ?? 0) * rowSize
        switch layout.place {
        case .contiguous(let range?): return bytes.all[range.lowerBound + first..<range.lowerBound + first + count]
        case .contiguous(nil): return unwritten(layout.fill, count)[...]
        case .chunked(nil, _): return unwritten(layout.fill, count)[...]
        case .chunked(let tree?, let chunk):
            var values = unwritten(layout.fill, count)
            let keySize = 8 + 8 * (shape.count + 1)
            let chunkRows = shape.isEmpty ? 0..<1 : (rows ?? 0..<shape[0])
            var work = 0
            for leaf in try HDF5Tree(in: bytes, at: tree, kind: 1, keySize: keySize).leaves {
                var origin: [Int] = []
                for axis in shape.indices { origin.append(try bytes.integer(at: leaf.key + 8 + 8 * axis, 8)) }
                guard zip(origin, zip(chunk, layout.shape)).allSatisfy({ $0 % $1.0 == 0 && $0 < $1.1 }) else {
                    throw .malformed("a chunk at \(origin) of \(layout.shape)")
                }
                if let start = origin.first, start >= chunkRows.upperBound || start + chunk[0] <= chunkRows.lowerBound { continue }
                let unpacked = try unpack(leaf, layout, size: chunk.reduce(layout.datatype.size, *))
                // Each chunk is named once, and chunks overlap the edges only; a damaged tree that repeats large chunks is stopped.
                work += unpacked.count
                guard work <= 1 << 32 || work / 16 <= layout.byteCount else { throw .malformed("chunks that repeat themselves") }
                place(
                    unpacked, chunk: chunk, origin: origin, shape: layout.shape, rows: chunkRows, size: layout.datatype.size, into: &values)
            }
            return values[...]
        }
    }

    private func unwritten(_ fill: [UInt8], _ count: Int) -> [UInt8] {
        if fill.allSatisfy({ $0 == 0 }) { return [UInt8](repeating: 0, count: count) }
        return (0..<count).map { fill[$0 % fill.count] }
    }

    /// A chunk's bytes, its filters undone from the last to the first.
    private func unpack(_ leaf: HDF5Tree.Leaf, _ layout: HDF5Layout, size: Int) throws(Fault) -> [UInt8] {
        let skipped = try bytes.integer(at: leaf.key + 4, 4)
        var packed = try bytes.slice(at: leaf.child, try bytes.integer(at: leaf.key, 4))
        for (index, filter) in layout.filters.enumerated().reversed() where index >= 32 || skipped >> index & 1 == 0 {
            switch filter {
            case .deflate:
                do throws(DiagnosticsError) {
                    packed = try Gzip.inflate(packed, wrapping: .zlib, named: "chunk", limit: size)[...]
                } catch {
                    throw .malformed("damaged compressed values at byte \(leaf.child)")
                }
            case .shuffle: packed = unshuffle(packed, layout.datatype.size)[...]
            }
        }
        guard packed.count == size else { throw .malformed("a chunk of \(packed.count) bytes instead of \(size)") }
        return Array(packed)
    }

    /// Shuffling stores the first bytes of all values, then the second ones, and so on.
    private func unshuffle(_ shuffled: ArraySlice<UInt8>, _ size: Int) -> [UInt8] {
        let count = shuffled.count / size
        var values = Array(shuffled)
        for index in 0..<count {
            for byte in 0..<size { values[index * size + byte] = shuffled[shuffled.startIndex + byte * count + index] }
        }
        return values
    }

    /// Copies what a chunk has of the rows, run by run along the last dimension.
    private func place(
        _ chunkBytes: [UInt8], chunk: [Int], origin: [Int], shape: [Int], rows: Range<Int>, size: Int, into values: inout [UInt8]
    ) {
        guard let last = shape.indices.last else {
            values.replaceSubrange(values.indices, with: chunkBytes)
            return
        }
        let run = min(chunk[last], shape[last] - origin[last])
        var index = [Int](repeating: 0, count: shape.count)  // inside the chunk; the last stays 0
        while true {
            let row = origin[0] + index[0]
            if last == 0 {
                let low = max(origin[0], rows.lowerBound)
                let high = min(origin[0] + run, rows.upperBound)
                copy(chunkBytes, (low - origin[0]) * size, (high - low) * size, to: (low - rows.lowerBound) * size, in: &values)
                return
            }
            if rows.contains(row) {
                var (source, target) = (index[0], row - rows.lowerBound)
                for axis in 1...last {
                    source = source * chunk[axis] + index[axis]
                    target = target * shape[axis] + origin[axis] + index[axis]
                }
                copy(chunkBytes, source * size, run * size, to: target * size, in: &values)
            }
            var axis = last - 1
            while axis >= 0 {
                index[axis] += 1
                if index[axis] < min(chunk[axis], shape[axis] - origin[axis]) { break }
                index[axis] = 0
                axis -= 1
            }
            if axis < 0 { return }
        }
    }

    private func copy(_ source: [UInt8], _ start: Int, _ count: Int, to target: Int, in values: inout [UInt8]) {
        guard count > 0 else { return }
        values.replaceSubrange(target..<target + count, with: source[start..<start + count])
    }
}
