import Numerics
import Synchronization
import Testing

@Suite struct ParallelTests {
    struct Failed: Error, Equatable { var index: Int }

    @Test(arguments: [0, 1, 2, 5, 64])
    func `results keep the order of the items`(threads: Int) {
        let items = Array(0..<1000)
        #expect(parallelMap(items, threads: threads) { $0 * $0 } == items.map { $0 * $0 })
        #expect(parallelMap([Int](), threads: threads) { $0 }.isEmpty)
    }

    @Test(arguments: [1, 2, 8])
    func `the first failing item decides the error`(threads: Int) {
        for _ in 0..<20 {
            #expect(throws: Failed(index: 13)) {
                _ = try parallelMap(Array(0..<200), threads: threads) { index throws(Failed) in
                    if index >= 13 { throw Failed(index: index) }
                    return index
                }
            }
        }
    }

    @Test func `no more threads run than allowed`() {
        let running = Mutex((now: 0, most: 0))
        parallelFor(count: 200, threads: 2) { _ in
            running.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
            running.withLock { $0.now -= 1 }
        }
        #expect(running.withLock { $0.most } <= 2)
        #expect(running.withLock { $0.now } == 0)
    }

    @Test(arguments: [1, 2, 3, 7, 100])
    func `ranges cover every index once`(threads: Int) {
        let seen = Mutex([Int](repeating: 0, count: 31))
        parallelRanges(count: 31, threads: threads) { range in seen.withLock { counts in for i in range { counts[i] += 1 } } }
        #expect(seen.withLock { $0 } == [Int](repeating: 1, count: 31))
    }
}
