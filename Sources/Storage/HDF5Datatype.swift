/// What the values of a dataset are, as its header says.
struct HDF5Datatype: Sendable {
    enum Content: Hashable, Sendable {
        case numbers(ElementType)
        /// IEEE 754 half precision, which is read as single.
        case halves
        /// Strings of `size` bytes each.
        case fixedStrings(isBlankPadded: Bool)
        case variableStrings
        /// Compounds, references and the like.
        case other
    }

    var content: Content
    /// Bytes of one value.
    var size: Int
    var isBigEndian: Bool

    init(in bytes: HDF5Bytes, at offset: Int) throws(HDF5Image.Fault) {
        let start = try bytes.integer(at: offset, 1)
        let bits = try bytes.integer(at: offset + 1, 3)
        size = try bytes.integer(at: offset + 4, 4)
        guard size > 0, (1...3).contains(start >> 4) else { throw .malformed("a type of unknown version at byte \(offset)") }
        isBigEndian = bits & 1 != 0
        switch start & 15 {
        case 0:  // integer
            // All bits count: offset 0, and as many of them as the bytes have.
            guard try bytes.integer(at: offset + 8, 2) == 0, try bytes.integer(at: offset + 10, 2) == 8 * size,
                let element = ElementType.integer(byteCount: size, isSigned: bits & 8 != 0)
            else {
                content = .other
                return
            }
            content = .numbers(element)
        case 1:  // real: bit offset, precision, then location and size of exponent and mantissa, and the bias
            let layout = try bytes.slice(at: offset + 8, 12)
            switch (size, Array(layout)) {
            case _ where bits & 0x40 != 0: content = .other
            case (2, [0, 0, 16, 0, 10, 5, 0, 10, 15, 0, 0, 0]): content = .halves
            case (4, [0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0]): content = .numbers(.float32)
            case (8, [0, 0, 64, 0, 52, 11, 0, 52, 255, 3, 0, 0]): content = .numbers(.float64)
            default: content = .other
            }
        case 3: content = .fixedStrings(isBlankPadded: bits & 15 == 2)
        case 8:
            guard try bytes.integer(at: offset + 8, 1) & 15 == 0 else { throw .malformed("an enumeration of no integers") }
            let base = try HDF5Datatype(in: bytes, at: offset + 8)
            guard base.size == size else { throw .malformed("an enumeration of other size than its integers") }
            isBigEndian = base.isBigEndian
            let isTruth = bits & 0xffff == 2 && base.content == .numbers(.int8)
            content = base.content
            if isTruth, try Self.isFalseTrue(in: bytes, at: offset + 20, version: start >> 4) { content = .numbers(.bool) }
        case 9: content = bits & 15 == 1 && size == 16 ? .variableStrings : .other
        default: content = .other
        }
    }

    /// Whether the two members of an enumeration of 8 bits are FALSE = 0 and TRUE = 1, h5py's truth values.
    private static func isFalseTrue(in bytes: HDF5Bytes, at offset: Int, version: Int) throws(HDF5Image.Fault) -> Bool {
        var names: [String] = []
        var next = offset
        for _ in 0..<2 {
            let name = try bytes.slice(at: next, min(64, bytes.count - next)).prefix { $0 != 0 }
            names.append(String(decoding: name, as: UTF8.self))
            next += version < 3 ? (name.count + 8) / 8 * 8 : name.count + 1
        }
        let first = try bytes.integer(at: next, 1)
        let second = try bytes.integer(at: next + 1, 1)
        return names == ["FALSE", "TRUE"] && first == 0 && second == 1 || names == ["TRUE", "FALSE"] && first == 1 && second == 0
    }

    var description: HDF5File.Description.Content? {
        switch content {
        case .numbers(let element): .numbers(element)
        case .halves: .numbers(.float32)
        case .fixedStrings, .variableStrings: .strings
        case .other: nil
        }
    }
}
