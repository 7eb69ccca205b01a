/// A dense index of an `Element` in its `Table`; indices of different kinds cannot be confused.
public struct ID<Element>: Hashable, Sendable, Comparable {
    public var index: Int

    @inlinable
    public init(_ index: Int) { self.index = index }

    @inlinable
    public static func < (left: ID, right: ID) -> Bool { left.index < right.index }
}

extension ID: CustomStringConvertible {
    public var description: String { "#\(index)" }
}

/// A dense array that is read by typed index.
public struct Table<Element> {
    public var elements: [Element]

    @inlinable
    public init(_ elements: [Element] = []) { self.elements = elements }

    @inlinable public var count: Int { elements.count }
    @inlinable public var isEmpty: Bool { elements.isEmpty }
    @inlinable public var ids: [ID<Element>] { elements.indices.map { ID($0) } }

    @inlinable
    public subscript(id: ID<Element>) -> Element {
        get { elements[id.index] }
        set { elements[id.index] = newValue }
        _modify { yield &elements[id.index] }
    }

    @inlinable
    @discardableResult
    public mutating func append(_ element: Element) -> ID<Element> {
        elements.append(element)
        return ID(elements.count - 1)
    }
}

extension Table: Sendable where Element: Sendable {}
extension Table: Equatable where Element: Equatable {}
extension Table: Hashable where Element: Hashable {}

extension Table: Sequence {
    @inlinable
    public func makeIterator() -> IndexingIterator<[Element]> { elements.makeIterator() }
}

extension Table: ExpressibleByArrayLiteral {
    public init(arrayLiteral elements: Element...) { self.elements = elements }
}
