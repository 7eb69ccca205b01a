import Chips
import Networks
import Numerics
import Simulation
import Targets
import Testing

/// The emulated machine on images that are made by hand: every packet's way, time and effect can be told in advance.
@Suite struct EmulatedSpiNNakerTests {
    /// A row of three chips without links around the edge.
    static let torus = HexagonalTorus(
        width: 3, height: 1, wraps: [false, false], coresPerChip: 18, cores: [18, 18, 18], monitors: 1, routerEntries: 1023)

    static let sourceCore = 2
    static let neuronCore = 2 * 18 + 3
    static let delayCore = 18 + 5

    /// Weight 1/2 mV of a ring buffer without shift, s16.15.
    static let half = 1 << 14

    /// IF_curr_delta with a leak of a thousandth a step, a threshold out of reach, and R · (1 - E) = 1024 · 2⁻¹⁰: what arrives is added.
    static func neurons(
        _ count: Int, rows: [[UInt32]], neuronBits: Int = 2, delayBits: Int = 3, mask: UInt32 = 0xFFFF_FF00, key: UInt32 = 0x1000
    ) throws -> NeuronProgram {
        var cell = FixedPointCell()
        (cell.capacitance, cell.membraneTime, cell.timestep) = (32000, Accum.nearest(1000), Accum.one)
        cell.threshold = .max
        let kernel = FixedPointCore(
            .currentDelta, [FixedPointCell](repeating: cell, count: count), substeps: 1, shifts: (0, 0))
        let length = max(rows.map(\.count).max() ?? 1, 1)
        let matrix = rows.flatMap { row in
            [0, UInt32(row.count), 0] + row + [UInt32](repeating: 0, count: length - row.count)
        }
        let table: [UInt32] = [1, 1, key, mask, 4 << 13 | 1 << 16, 0, UInt32(rows.count), UInt32(length - 1)]
        return NeuronProgram(
            kernel: .released(kernel), neuronBits: neuronBits, typeBits: 1, delayBits: delayBits,
            table: try PopulationTable(table, in: "test"), matrix: matrix)
    }

    /// A synapse word of three fields: 2 bits of neuron, 1 of type, 3 of delay.
    static func word(_ neuron: Int, weight: Int, delay: Int, type: Int = 0) -> UInt32 {
        UInt32(weight) << 16 | UInt32(delay << 3 | type << 2 | neuron)
    }

    static func chip() throws -> Chip {
        var chip = try Targets.chip(named: "loihi1")
        chip.topology = .hexagonalTorus(torus)
        chip.costs = Costs(
            events: [.hopEastWest: .init(energy: 1e-9, time: 0)], power: .init(chip: 0.35, core: 0.034))
        return chip
    }

    /// Four sources on chip 0, their targets on chip 2; chip 1 has no entry for them.
    static func image(
        _ program: NeuronProgram, tables: [[MulticastEntry]]? = nil, delay: DelayProgram? = nil, timestep: Double = 1
    ) throws -> SpiNNakerImage {
        var cores = [
            SpiNNakerCore(
                number: sourceCore, label: "source", program: .source(count: 4), keys: SentKeys(first: 0x1000, count: 4, colourBits: 4))
        ]
        if let delay {
            cores.append(
                SpiNNakerCore(
                    number: delayCore, label: "delay", program: .delay(delay),
                    keys: SentKeys(first: 0x2000, count: delay.neurons * delay.stages, colourBits: 4)))
        }
        cores.append(SpiNNakerCore(number: neuronCore, label: "neurons", program: .neurons(program), keys: nil))
        let plain = [
            [MulticastEntry(key: 0x1000, mask: 0xFFFF_FF00, route: 1)], [],
            [MulticastEntry(key: 0x1000, mask: 0xFFFF_FF00, route: 1 << (6 + 3))],
        ]
        return SpiNNakerImage(
            chip: try chip(), torus: torus, timestep: timestep, cores: cores, tables: tables ?? plain,
            populations: [
                .init(
                    name: "n", size: 4, parts: [.init(core: cores.count - 1, neurons: 0..<4)], scale: 32768,
                    origin: [Double](repeating: 0, count: 4))
            ],
            inputs: [.init(name: "in", size: 4, parts: [.init(core: 0, neurons: 0..<4)])])
    }

    /// What neurons 0…3 hold after each step.
    static func run(
        _ image: SpiNNakerImage, spikes: [(step: Int, source: Int)], steps: Int = 16, threads: Int = 1, isRealTime: Bool = false
    ) throws -> (membranes: [[Double]], statistics: EmulatorStatistics) {
        var events = Stimulus.Events(offsets: [0], neurons: [])
        for step in 0..<steps {
            events.neurons += spikes.filter { $0.step == step }.map { Int32($0.source) }
            events.offsets.append(Int32(events.neurons.count))
        }
        var machine = EmulatedSpiNNaker(image, threads: threads, isRealTime: isRealTime)
        let recording = try machine.run(Stimulus([("in", events)]), steps: steps, record: RecordingRequest(membranes: ["n"]))
        let values = try #require(recording.membranes["n"])
        return ((0..<steps).map { Array(values[$0 * 4..<$0 * 4 + 4]) }, machine.statistics)
    }

    /// Steps at which a neuron's potential rises, with how many halves of a millivolt.
    static func jumps(_ membranes: [[Double]], _ neuron: Int) -> [Int: Int] {
        var jumps: [Int: Int] = [:]
        var before = 0.0
        for (step, row) in membranes.enumerated() {
            let halves = Int(((row[neuron] - before) * 2).rounded())
            if halves != 0 { jumps[step] = halves }
            before = row[neuron]
        }
        return jumps
    }

    static func lines(_ delays: Int...) -> [[UInt32]] {
        delays.enumerated().map { [word($0.offset, weight: half, delay: $0.element)] }
    }

    @Test func `a packet goes straight on where no entry matches, and lands when its delay says`() throws {
        let program = try Self.neurons(4, rows: Self.lines(1, 3, 7, 0))
        let (membranes, statistics) = try Self.run(try Self.image(program), spikes: [(2, 0), (2, 1), (2, 2), (2, 3)])
        // A field of 0 is the whole ring: 8 steps.
        #expect(Self.jumps(membranes, 0) == [3: 1])
        #expect(Self.jumps(membranes, 1) == [5: 1])
        #expect(Self.jumps(membranes, 2) == [9: 1])
        #expect(Self.jumps(membranes, 3) == [10: 1])
        #expect(statistics.packets == 4 && statistics.hopsEastWest == 8 && statistics.synapticOperations == 4)
        #expect(statistics.linkLoads == [.init(from: 0, to: 1, packets: 4), .init(from: 1, to: 2, packets: 4)])
        #expect(statistics.counter("packets_lost") == 0 && statistics.counter("packets_unwanted") == 0)
        // 16 ms of two chips and two cores, and eight hops of a nanojoule.
        #expect(abs(statistics.energy - (16e-3 * (2 * 0.35 + 2 * 0.034) + 8e-9)) < 1e-12)
    }

    @Test func `the first entry that matches decides`() throws {
        let program = try Self.neurons(4, rows: Self.lines(1, 1, 1, 1))
        var tables = try Self.image(program).tables
        // Neuron 2 (key 0x1020) is sent to another core, by an entry in front.
        tables[2].insert(MulticastEntry(key: 0x1020, mask: 0xFFFF_FFF0, route: 1 << (6 + 9)), at: 0)
        let (membranes, statistics) = try Self.run(try Self.image(program, tables: tables), spikes: [(0, 0), (0, 2), (1, 2), (1, 3)])
        #expect(Self.jumps(membranes, 0) == [1: 1] && Self.jumps(membranes, 2) == [:] && Self.jumps(membranes, 3) == [2: 1])
        #expect(statistics.counter("packets_unwanted") == 2 && statistics.packets == 4)
        // The same entry behind the other one has no effect.
        tables[2].append(tables[2].removeFirst())
        let (others, _) = try Self.run(try Self.image(program, tables: tables), spikes: [(0, 2)])
        #expect(Self.jumps(others, 2) == [1: 1])
    }

    @Test func `packets without a way are lost, and counted`() throws {
        let program = try Self.neurons(4, rows: Self.lines(1, 1, 1, 1))
        var tables = try Self.image(program).tables
        tables[0] = []
        let (membranes, statistics) = try Self.run(try Self.image(program, tables: tables), spikes: [(0, 0), (3, 1)])
        #expect(membranes.joined().allSatisfy { $0 == 0 })
        #expect(statistics.counter("packets_lost") == 2 && statistics.hopsEastWest == 0)
        // Over the edge of the machine, after two hops.
        let all = [MulticastEntry(key: 0x1000, mask: 0xFFFF_FF00, route: 1)]
        let (_, beyond) = try Self.run(try Self.image(program, tables: [all, [], all]), spikes: [(0, 0)])
        #expect(beyond.counter("packets_lost") == 1 && beyond.hopsEastWest == 2)
        // To and fro: the second time that it comes by the same link it is lost.
        let back = [MulticastEntry(key: 0x1000, mask: 0xFFFF_FF00, route: 1 << 3)]
        let (_, circle) = try Self.run(try Self.image(program, tables: [all, back, []]), spikes: [(0, 0)])
        #expect(circle.counter("packets_lost") == 1)
    }

    @Test func `sums of weights stay at 65,535`() throws {
        let rows = (0..<4).map { _ in [Self.word(0, weight: 40000, delay: 2)] }
        let (membranes, statistics) = try Self.run(try Self.image(try Self.neurons(4, rows: rows)), spikes: [(0, 0), (0, 1), (0, 2)])
        // 3.66 without the limit; a sixteenth is what the library's exponential is off here.
        #expect(abs(membranes[2][0] - 65535.0 / 32768) < 0.1)
        #expect(statistics.overflows == 2 && statistics.counter("weight_sums_saturated") == 2)
    }

    @Test func `a delay extension sends again, stage by stage`() throws {
        // Keys 0x2000 + (stage · 4 + neuron) << 4; rows of stage 0 to neuron 0 and of stage 1 to neuron 1.
        var rows = (0..<4).map { _ in [Self.word(0, weight: Self.half, delay: 2)] }
        rows += (0..<4).map { _ in [Self.word(1, weight: Self.half, delay: 1)] }
        let program = try Self.neurons(4, rows: rows, key: 0x2000)
        let delay = DelayProgram(key: 0x1000, mask: 0xFFFF_FF00, neurons: 4, stages: 2, stepsPerStage: 8, colourBits: 4)
        let tables = [
            [MulticastEntry(key: 0x1000, mask: 0xFFFF_FF00, route: 1)],
            [
                MulticastEntry(key: 0x1000, mask: 0xFFFF_FF00, route: 1 << (6 + 5)),
                MulticastEntry(key: 0x2000, mask: 0xFFFF_FF00, route: 1),
            ],
            [MulticastEntry(key: 0x2000, mask: 0xFFFF_FF00, route: 1 << (6 + 3))],
        ]
        let image = try Self.image(program, tables: tables, delay: delay)
        let (membranes, statistics) = try Self.run(image, spikes: [(1, 3), (2, 3), (2, 3)], steps: 40)
        // Sent in step 1: stage 0 in 9, landing in 11; stage 1 in 17, landing in 18. Two spikes at once are one packet of payload 2.
        #expect(Self.jumps(membranes, 0) == [11: 1, 12: 2])
        #expect(Self.jumps(membranes, 1) == [18: 1, 19: 2])
        #expect(statistics.counter("packets_lost") == 0)
    }

    /// A tick has time for 13 synapses.
    @Test func `a core without time is late, and says so`() throws {
        // Each row has ten synapses, of delay 1 and 2 in turn.
        let rows = (0..<4).map { _ in (0..<10).map { Self.word(0, weight: 1 << 8, delay: 1 + $0 % 2) } }
        let program = try Self.neurons(4, rows: rows)
        let spikes = (0..<4).map { (step: 0, source: $0) }
        let image = try Self.image(program, timestep: 0.001)
        let (calm, unhurried) = try Self.run(image, spikes: spikes)
        #expect(unhurried.counter("overloaded_ticks") == 1 && unhurried.counter("most_synapses_per_core_and_tick") == 40)
        #expect(unhurried.counter("packets_late") == 0)
        let load = try #require(unhurried.coreLoads.last)
        #expect(load.core == Self.neuronCore && load.overloadedSteps == 1 && load.mostPackets == 4 && load.mostSynapticOperations == 40)
        let (hurried, statistics) = try Self.run(image, spikes: spikes, isRealTime: true)
        // Two rows in time, the other two in the next tick: late by one, so that only their synapses of delay 2 count.
        #expect(statistics.counter("packets_late") == 2 && statistics.counter("synapses_late") == 10)
        #expect(statistics.counter("overloaded_ticks") == 2)
        let weight = Double(1 << 8) / 32768
        #expect(abs(calm[15][0] - 40 * weight) < 0.02 && abs(hurried[15][0] - 30 * weight) < 0.02)
    }

    @Test func `runs go on where they stopped, alike for any number of threads`() throws {
        let program = try Self.neurons(4, rows: Self.lines(1, 3, 7, 0))
        let random = Philox(seed: 3, purpose: "spikes")
        let spikes = (0..<64).flatMap { step in (0..<4).filter { random.uniform(step * 4 + $0) < 0.3 }.map { (step, $0) } }
        let whole = try Self.run(try Self.image(program), spikes: spikes, steps: 64)
        #expect(try Self.run(try Self.image(program), spikes: spikes, steps: 64, threads: 2).membranes == whole.membranes)
        var machine = EmulatedSpiNNaker(try Self.image(program), threads: 1, isRealTime: false)
        for _ in 0..<2 {
            var rows: [[Double]] = []
            for part in 0..<4 {
                var events = Stimulus.Events(offsets: [0], neurons: [])
                for step in part * 16..<part * 16 + 16 {
                    events.neurons += spikes.filter { $0.0 == step }.map { Int32($0.1) }
                    events.offsets.append(Int32(events.neurons.count))
                }
                let recording = try machine.run(Stimulus([("in", events)]), steps: 16, record: RecordingRequest(membranes: ["n"]))
                let values = try #require(recording.membranes["n"])
                rows += (0..<16).map { Array(values[$0 * 4..<$0 * 4 + 4]) }
            }
            #expect(rows == whole.membranes)
            machine.reset()
        }
    }
}
