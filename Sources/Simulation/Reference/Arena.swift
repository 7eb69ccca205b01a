#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Memory of trivial values that lives as long as the arena: aligned to cache lines, zeroed, untouched pages free.
final class Arena: @unchecked Sendable {
    private var blocks: [UnsafeMutableRawPointer] = []

    /// `count` zeroed values.
    func allocate<Value: BitwiseCopyable>(_ type: Value.Type = Value.self, count: Int) -> UnsafeMutablePointer<Value> {
        let bytes = (max(count, 1) * MemoryLayout<Value>.stride + 63) / 64 * 64
        var block: UnsafeMutableRawPointer?
        if bytes >= 1 << 22 {
            // Large tables come from the kernel as zeroed pages, huge ones where it can.
            let mapped = mmap(nil, bytes + 1 << 21, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            precondition(mapped != MAP_FAILED, "out of memory: \(bytes) bytes for the reference simulation")
            mappings.append((mapped!, bytes + 1 << 21))
            madvise(mapped, bytes + 1 << 21, MADV_HUGEPAGE)
            block = mapped
        } else {
            posix_memalign(&block, 64, bytes)
            precondition(block != nil, "out of memory: \(bytes) bytes for the reference simulation")
            memset(block!, 0, bytes)
            blocks.append(block!)
        }
        return block!.bindMemory(to: Value.self, capacity: max(count, 1))
    }

    private var mappings: [(UnsafeMutableRawPointer, Int)] = []

    /// A copy of `values`, followed by `fill` up to `count`.
    func copy<Value: BitwiseCopyable>(_ values: some Collection<Value>, paddedTo count: Int? = nil, with fill: Value? = nil)
        -> UnsafeMutablePointer<Value>
    {
        let length = max(count ?? 0, values.count)
        let pointer = allocate(Value.self, count: length)
        var index = 0
        for value in values {
            pointer[index] = value
            index += 1
        }
        if let fill {
            while index < length {
                pointer[index] = fill
                index += 1
            }
        }
        return pointer
    }

    deinit {
        for block in blocks { free(block) }
        for (block, bytes) in mappings { munmap(block, bytes) }
    }
}

/// A growing run of trivial values outside Swift's arrays; `release` or an arena ends it.
struct GrowingBuffer<Value: BitwiseCopyable> {
    private(set) var pointer: UnsafeMutablePointer<Value>
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int = 64) {
        self.capacity = max(capacity, 1)
        pointer = .allocate(capacity: self.capacity)
    }

    @inline(__always)
    mutating func append(_ value: Value) {
        if count == capacity { grow(to: count + 1) }
        pointer[count] = value
        count += 1
    }

    @inline(never)
    mutating func grow(to needed: Int) {
        guard needed > capacity else { return }
        let larger = max(needed, capacity * 2)
        let moved = UnsafeMutablePointer<Value>.allocate(capacity: larger)
        moved.update(from: pointer, count: count)
        pointer.deallocate()
        (pointer, capacity) = (moved, larger)
    }

    /// Room for `more` values, to be written at once.
    mutating func extend(by more: Int) {
        if count + more > capacity { grow(to: count + more) }
        count += more
    }

    mutating func removeAll() { count = 0 }

    func release() { pointer.deallocate() }
}
