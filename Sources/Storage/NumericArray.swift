/// An n-dimensional array of numbers as a file holds them: row-major, in the file's own type, so that bytes stay bytes.
public struct NumericArray: Hashable, Sendable {
    /// The numbers, in one flat array of their own type. Truth values are 0 and 1.
    public enum Storage: Hashable, Sendable {
        case int8([Int8])
        case uint8([UInt8])
        case int16([Int16])
        case uint16([UInt16])
        case int32([Int32])
        case uint32([UInt32])
        case int64([Int64])
        case uint64([UInt64])
        case float32([Float])
        case float64([Double])
        case bool([Int8])
    }

    /// Length of each dimension, slowest first; empty for a single number.
    public let shape: [Int]
    public let storage: Storage

    /// - Parameter shape: its product must be the number of values.
    public init(shape: [Int], storage: Storage) {
        self.shape = shape
        self.storage = storage
        precondition(shape.reduce(1, *) == count, "bug: shape \(shape) for \(count) values")
    }

    public init<Element: NumericElement>(_ values: [Element], shape: [Int]? = nil) {
        self.init(shape: shape ?? [values.count], storage: Element.storage(values))
    }

    public init(_ values: [Bool], shape: [Int]? = nil) {
        self.init(shape: shape ?? [values.count], storage: .bool(values.map { $0 ? 1 : 0 }))
    }

    /// A single number, of no dimensions.
    public init<Element: NumericElement>(scalar: Element) { self.init([scalar], shape: []) }

    public var elementType: ElementType {
        if case .bool = storage { return .bool }
        return numbers.elementType
    }

    /// Number of values in all.
    public var count: Int { numbers.count }

    /// Values in one row: the product of all dimensions but the first; 1 for a vector or a single number.
    public var rowCount: Int { shape.dropFirst().reduce(1, *) }

    /// The same values seen in another shape of equal product.
    public func reshaped(_ shape: [Int]) -> NumericArray { NumericArray(shape: shape, storage: storage) }

    /// The values as doubles: exact but for 64-bit integers beyond 2^53.
    public var doubles: [Double] {
        if case .float64(let values) = storage { return values }
        return numbers.doubles
    }

    /// The values as floats, rounded to the nearest.
    public var floats: [Float] {
        if case .float32(let values) = storage { return values }
        return numbers.floats
    }

    /// The values as integers; nil when one of them is not integral or does not fit.
    public var integers: [Int]? { numbers.integers }

    /// The value at a flat index; for few values, ``doubles`` is quicker for many.
    public func double(at index: Int) -> Double { numbers.double(at: index) }

    /// The rows in `range`, in the same type; the array has at least one dimension.
    public func rows(_ range: Range<Int>) -> NumericArray {
        let values = numbers.slice(range.lowerBound * rowCount..<range.upperBound * rowCount)
        let shape = [range.count] + shape.dropFirst()
        if case .bool = storage, case .int8(let truths) = values { return NumericArray(shape: shape, storage: .bool(truths)) }
        return NumericArray(shape: shape, storage: values)
    }

    /// Writes the values of row `row`, multiplied by `scale`, into the start of `target`.
    public func copyRow(_ row: Int, into target: inout MutableSpan<Float>, scale: Float = 1) {
        numbers.copy(row * rowCount..<(row + 1) * rowCount, into: &target, scale: scale)
    }

    /// The bytes of the values, little-endian, row-major.
    public var bytes: [UInt8] { numbers.littleEndianBytes }

    /// The flat array behind one interface; `any` is paid once per call, never per value.
    package var numbers: any FlatNumbers {
        switch storage {
        case .int8(let values), .bool(let values): values
        case .uint8(let values): values
        case .int16(let values): values
        case .uint16(let values): values
        case .int32(let values): values
        case .uint32(let values): values
        case .int64(let values): values
        case .uint64(let values): values
        case .float32(let values): values
        case .float64(let values): values
        }
    }
}

/// A flat array of numbers of some type.
package protocol FlatNumbers {
    var count: Int { get }
    var elementType: ElementType { get }
    var doubles: [Double] { get }
    var floats: [Float] { get }
    var integers: [Int]? { get }
    var littleEndianBytes: [UInt8] { get }
    func double(at index: Int) -> Double
    func slice(_ range: Range<Int>) -> NumericArray.Storage
    func copy(_ range: Range<Int>, into target: inout MutableSpan<Float>, scale: Float)
    func withBytes<Result, Failure: Error>(_ body: (UnsafeRawBufferPointer) throws(Failure) -> Result) throws(Failure) -> Result
}

extension Array: FlatNumbers where Element: NumericElement {
    package var elementType: ElementType { Element.elementType }
    package var doubles: [Double] { map(\.asDouble) }
    package var floats: [Float] { map(\.asFloat) }

    package var integers: [Int]? {
        var integers: [Int] = []
        integers.reserveCapacity(count)
        for value in self {
            guard let integer = value.asInt else { return nil }
            integers.append(integer)
        }
        return integers
    }

    package var littleEndianBytes: [UInt8] {
        let stored = isBigEndianMachine ? map(\.reversedBytes) : self
        return stored.withUnsafeBytes { [UInt8]($0) }
    }

    package func double(at index: Int) -> Double { self[index].asDouble }
    package func slice(_ range: Range<Int>) -> NumericArray.Storage { Element.storage([Element](self[range])) }

    package func copy(_ range: Range<Int>, into target: inout MutableSpan<Float>, scale: Float) {
        precondition(target.count >= range.count, "bug: a row of \(range.count) values into \(target.count)")
        for i in 0..<range.count { target[i] = self[range.lowerBound + i].asFloat * scale }
    }

    package func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try span.withUnsafeBytes(body)
    }
}

let isBigEndianMachine = 1.bigEndian == 1

extension NumericElement {
    /// `count` numbers from packed bytes.
    ///
    /// - Parameter bigEndian: the order of the bytes in the file.
    static func array(from bytes: UnsafeRawBufferPointer, count: Int, bigEndian: Bool) -> [Self] {
        precondition(bytes.count >= count * MemoryLayout<Self>.size, "bug: \(count) numbers from \(bytes.count) bytes")
        var values = [Self](unsafeUninitializedCapacity: count) { buffer, filled in
            UnsafeMutableRawBufferPointer(buffer).copyMemory(from: .init(rebasing: bytes[0..<count * MemoryLayout<Self>.size]))
            filled = count
        }
        if bigEndian != isBigEndianMachine, MemoryLayout<Self>.size > 1 {
            for i in values.indices { values[i] = values[i].reversedBytes }
        }
        return values
    }
}
