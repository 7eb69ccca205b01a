/// What one number of a stored array is.
public enum ElementType: String, Hashable, Sendable, CaseIterable {
    case int8, uint8, int16, uint16, int32, uint32, int64, uint64, float32, float64, bool

    /// Bytes of one element in memory.
    public var byteCount: Int {
        switch self {
        case .bool, .int8, .uint8: 1
        case .int16, .uint16: 2
        case .int32, .uint32, .float32: 4
        case .int64, .uint64, .float64: 8
        }
    }

    public var isInteger: Bool {
        switch self {
        case .bool, .float32, .float64: false
        default: true
        }
    }

    /// The Swift type of the numbers; that of `.bool` is `Int8`, with 0 and 1.
    package var swiftType: any NumericElement.Type {
        switch self {
        case .int8, .bool: Int8.self
        case .uint8: UInt8.self
        case .int16: Int16.self
        case .uint16: UInt16.self
        case .int32: Int32.self
        case .uint32: UInt32.self
        case .int64: Int64.self
        case .uint64: UInt64.self
        case .float32: Float.self
        case .float64: Double.self
        }
    }
}

/// A number that files hold as it is in memory.
public protocol NumericElement: BitwiseCopyable, Hashable, Sendable {
    static var elementType: ElementType { get }

    /// The array as a storage, without copying.
    static func storage(_ values: [Self]) -> NumericArray.Storage

    /// The number with its bytes in the other order.
    var reversedBytes: Self { get }

    var asDouble: Double { get }
    var asFloat: Float { get }
    /// The number as an integer, when it is one.
    var asInt: Int? { get }
}

extension NumericElement where Self: FixedWidthInteger {
    @inlinable public var reversedBytes: Self { byteSwapped }
    @inlinable public var asDouble: Double { Double(self) }
    @inlinable public var asFloat: Float { Float(self) }
    @inlinable public var asInt: Int? { Int(exactly: self) }
}

extension Int8: NumericElement {
    public static var elementType: ElementType { .int8 }
    public static func storage(_ values: [Int8]) -> NumericArray.Storage { .int8(values) }
}

extension UInt8: NumericElement {
    public static var elementType: ElementType { .uint8 }
    public static func storage(_ values: [UInt8]) -> NumericArray.Storage { .uint8(values) }
}

extension Int16: NumericElement {
    public static var elementType: ElementType { .int16 }
    public static func storage(_ values: [Int16]) -> NumericArray.Storage { .int16(values) }
}

extension UInt16: NumericElement {
    public static var elementType: ElementType { .uint16 }
    public static func storage(_ values: [UInt16]) -> NumericArray.Storage { .uint16(values) }
}

extension Int32: NumericElement {
    public static var elementType: ElementType { .int32 }
    public static func storage(_ values: [Int32]) -> NumericArray.Storage { .int32(values) }
}

extension UInt32: NumericElement {
    public static var elementType: ElementType { .uint32 }
    public static func storage(_ values: [UInt32]) -> NumericArray.Storage { .uint32(values) }
}

extension Int64: NumericElement {
    public static var elementType: ElementType { .int64 }
    public static func storage(_ values: [Int64]) -> NumericArray.Storage { .int64(values) }
}

extension UInt64: NumericElement {
    public static var elementType: ElementType { .uint64 }
    public static func storage(_ values: [UInt64]) -> NumericArray.Storage { .uint64(values) }
}

/// Swift's own integer is stored as 64 bits.
extension Int: NumericElement {
    public static var elementType: ElementType { .int64 }
    public static func storage(_ values: [Int]) -> NumericArray.Storage { .int64(values.map { Int64($0) }) }
}

extension Float: NumericElement {
    public static var elementType: ElementType { .float32 }
    public static func storage(_ values: [Float]) -> NumericArray.Storage { .float32(values) }
    @inlinable public var reversedBytes: Float { Float(bitPattern: bitPattern.byteSwapped) }
    @inlinable public var asDouble: Double { Double(self) }
    @inlinable public var asFloat: Float { self }
    @inlinable public var asInt: Int? { Int(exactly: self) }
}

extension Double: NumericElement {
    public static var elementType: ElementType { .float64 }
    public static func storage(_ values: [Double]) -> NumericArray.Storage { .float64(values) }
    @inlinable public var reversedBytes: Double { Double(bitPattern: bitPattern.byteSwapped) }
    @inlinable public var asDouble: Double { self }
    @inlinable public var asFloat: Float { Float(self) }
    @inlinable public var asInt: Int? { Int(exactly: self) }
}
