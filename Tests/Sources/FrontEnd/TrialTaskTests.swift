import Diagnostics
import FrontEnd
import Networks
import Numerics
import Storage
import Support
import Testing

/// Tasks in time: what they draw is what their descriptions promise.
@Suite struct TrialTaskTests {
    static func data(_ kind: DataSource.TrialGenerator.Kind, _ values: [String: Double] = [:], train: Int = 40, seed: UInt64 = 1) throws
        -> DataSet
    {
        try loadData(
            .generated(.trials(.init(kind, train: train, test: 10, seed: seed, values: values))), split: .given, seed: 0,
            searchPath: DataSearch(folders: []))
    }

    @Test(arguments: DataSource.TrialGenerator.Kind.allCases) func `trials follow their seed`(kind: DataSource.TrialGenerator.Kind) throws {
        // As text, because targets are not a number where nothing is asked.
        #expect(try "\(Self.data(kind))" == "\(Self.data(kind))")
        #expect(try Self.data(kind).train != Self.data(kind, seed: 2).train)
        // The first trials do not depend on how many follow.
        #expect(try Self.data(kind).train.values(3) == Self.data(kind, train: 60).train.values(3))
    }

    @Test func `the label of accumulated evidence is the side with more cues`() throws {
        let data = try Self.data(.evidenceAccumulation)
        for index in 0..<data.train.count {
            let rates = data.train.values(index)
            let right = (0..<7).filter { rates[2 * $0 * 40 + 10] == 1 }.count
            let left = (0..<7).filter { rates[2 * $0 * 40] == 1 }.count
            #expect(left + right == 7)
            #expect(data.train.labels[index] == (right > left ? 1 : 0))
            #expect(data.train.windows(index, skip: 0, steps: 2250) == [.init(steps: 2100..<2250, label: data.train.labels[index])])
        }
        #expect(Set(data.train.labels).count == 2)
    }

    @Test func `a recall asks for the bit of the last store`() throws {
        let data = try Self.data(.storeRecall)
        for index in 0..<data.train.count {
            let active = data.train.values(index)
            func isActive(_ symbol: Int, _ group: Int) -> Bool { active[symbol * 100 + group * 25] == 1 }
            var stored: Int32?
            var windows: [SampleTargets.Window] = []
            for symbol in 0..<12 {
                if isActive(symbol, 3) {
                    windows.append(.init(steps: symbol * 200..<(symbol + 1) * 200, label: try #require(stored)))
                    #expect(!isActive(symbol, 0) && !isActive(symbol, 1))
                    stored = nil
                } else {
                    #expect(isActive(symbol, 0) != isActive(symbol, 1))
                }
                if isActive(symbol, 2) {
                    #expect(stored == nil)
                    stored = isActive(symbol, 1) ? 1 : 0
                }
            }
            #expect(data.train.windows(index, skip: 0, steps: 2400) == windows)
            #expect(windows.last?.steps.upperBound == 2400)
        }
    }

    @Test func `targets of patterns are bounded, and of sums asked for at the end`() throws {
        let pattern = try Self.data(.patternGeneration, ["outputs": 3], train: 1)
        let targets = try #require(pattern.train.series(0))
        #expect(targets.count == 3000)
        #expect(abs((targets.map { abs($0) }.max() ?? 0) - 1) < 1e-6)
        #expect(pattern.train.values(0) == pattern.test.values(0))
        let sums = try Self.data(.adding)
        let asked = try #require(sums.train.series(5))
        #expect(asked.prefix(200).allSatisfy { $0.isNaN })
        let numbers = sums.train.values(5)
        let marked = stride(from: 0, to: 200, by: 20).filter { numbers[2 * $0 + 1] == 1 }.map { numbers[2 * $0] }
        #expect(marked.count == 2)
        #expect(abs(marked.reduce(0, +) / 2 - (asked.last ?? 0)) < 1e-6)
    }

    @Test func `a schedule draws spikes at the rates of its segments`() {
        let encoder = Encoder.schedule(segments: [500, 500], maximum: 200)
        let events = encode(
            [1, 0, 0, 0.5], encoder, steps: 1000, population: "in", size: 2, sampleIndex: 0, seed: 1, timestep: 1)
        func count(_ neuron: Int32, _ steps: Range<Int>) -> Int {
            events.neurons[Int(events.offsets[steps.lowerBound])..<Int(events.offsets[steps.upperBound])].count { $0 == neuron }
        }
        #expect((70...130).contains(count(0, 0..<500)))
        #expect(count(0, 500..<1000) == 0 && count(1, 0..<500) == 0)
        #expect((30...70).contains(count(1, 500..<1000)))
    }

    @Test func `crossings of thresholds are spikes`() {
        // Thresholds 0, 1/2 and 1; the numbers rise through 1/2, then through 1, then fall through both.
        let events = encode(
            [0.6, 1, 0.2], .thresholdCrossing(levels: 3, steps: 2, cue: 2), steps: 8, population: "in", size: 7, sampleIndex: 0, seed: 1,
            timestep: 1)
        #expect(events.offsets == [0, 1, 1, 2, 2, 4, 4, 5, 6])
        #expect(events.neurons == [2, 4, 3, 5, 6, 6])
    }

    @Test func `lists of events become spikes`() throws {
        try withTemporaryDirectory { folder in
            try ByteFile.write("2\n0, 1\n1, 3\n-2, 1\n2, 4\n-1, 6\n1, 0\n-2, 0\n-1, 6\n", to: "\(folder)/events.dat")
            let files = DataSource.DataFiles(format: .events, samples: "events.dat")
            let data = try loadData(.files(files), split: .tail(0.5), seed: 0, searchPath: DataSearch(folders: [folder]))
            #expect(data.sampleShape == [6, 3])
            #expect(data.train.labels == [1])
            #expect(data.train.values(0).enumerated().filter { $0.element != 0 }.map(\.offset) == [3, 10, 14])
            #expect(data.test.labels == [0])
        }
    }
}
