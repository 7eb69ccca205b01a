/// Memory of a fixed size that training reuses from batch to batch, zero at first.
///
/// Loops read it through `pointer`, row by row; who writes it is decided by the chunk of samples that owns it, so that no two threads
/// share one.
package final class Slab<Element: TrainingScalar>: @unchecked Sendable {
    package let count: Int
    package let pointer: UnsafeMutablePointer<Element>

    package init(_ count: Int) {
        self.count = count
        pointer = .allocate(capacity: max(count, 1))
        pointer.initialize(repeating: 0, count: max(count, 1))
    }

    package convenience init(_ values: [Element]) {
        self.init(values.count)
        for (index, value) in values.enumerated() { pointer[index] = value }
    }

    deinit { pointer.deallocate() }

    package var values: [Element] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

    package func clear() { pointer.update(repeating: 0, count: count) }
    package func clear(_ range: Range<Int>) { (pointer + range.lowerBound).update(repeating: 0, count: range.count) }
}
