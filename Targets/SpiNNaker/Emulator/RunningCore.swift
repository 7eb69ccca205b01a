/// The state of an emulated core with neurons, and its part of a tick.
struct RunningCore: Sendable {
    // One of the two, so that each is moved on in place.
    private var released: FixedPointCore?
    private var threshold: ThresholdCore?
    private(set) var learner: RowLearner?
    /// [tick mod slots][type][neuron].
    private var ring: [UInt16]
    private let slotBits: Int
    private let slots: Int
    /// Packets that wait for the next tick, because this one's time is over.
    private var waiting: [WaitingPacket] = []
    private(set) var counters = CoreCounters()

    init(_ program: NeuronProgram) {
        switch program.kernel {
        case .released(let core): released = core
        case .threshold(let core): threshold = core
        }
        learner = program.plastic.map { RowLearner($0, neurons: program.kernel.count, matrix: program.matrix) }
        slotBits = program.neuronBits + program.typeBits
        slots = program.slots
        ring = [UInt16](repeating: 0, count: program.slots * program.slotSize)
    }

    /// Back to the state before the first tick; counters stay.
    mutating func reset(to program: NeuronProgram) {
        learner?.reset(to: program.matrix)
        released?.reset()
        threshold?.reset()
        for index in ring.indices { ring[index] = 0 }
        waiting = []
    }

    func membrane(of neuron: Int) -> Int32 { released?.membrane(of: neuron) ?? threshold?.membrane(of: neuron) ?? 0 }

    /// Takes the packets that were sent in the tick before, `tick - 1`.
    mutating func receive(
        _ program: NeuronProgram, _ feeds: [DeliveryPlan.Feed], _ blocks: [PopulationTable.Block], from board: OpenSpikeBoard, page: Int,
        tick: Int, budget: TickBudget
    ) {
        Self.receive(
            &ring, &waiting, &counters, &learner, program, feeds, blocks, board, page: page, sentAt: tick - 1, slotBits: slotBits,
            budget: budget)
    }

    /// Moves the neurons on by `tick`.
    /// - Returns: how many spiked; their numbers ascend.
    mutating func update(tick: Int, spikes: UnsafeMutableBufferPointer<Int32>) -> Int {
        guard let list = spikes.baseAddress else { return 0 }
        let start = (tick & (slots &- 1)) << slotBits
        let count = Self.update(&ring, &released, &threshold, start: start, stride: 1 << (slotBits - 1), list)
        counters.spikes += count
        learner?.took(UnsafeBufferPointer(rebasing: spikes[0..<count]), tick: tick)
        return count
    }

    private static func update(
        _ ring: inout [UInt16], _ released: inout FixedPointCore?, _ threshold: inout ThresholdCore?, start: Int, stride: Int,
        _ list: UnsafeMutablePointer<Int32>
    ) -> Int {
        ring.withUnsafeMutableBufferPointer { ring in
            guard let base = ring.baseAddress else { return 0 }
            released?.take(base + start, stride: stride)
            threshold?.take(base + start, stride: stride)
            return released?.update(spikes: list) ?? threshold?.update(spikes: list) ?? 0
        }
    }

    private static func receive(
        _ ring: inout [UInt16], _ waiting: inout [WaitingPacket], _ counters: inout CoreCounters, _ learner: inout RowLearner?,
        _ program: NeuronProgram, _ feeds: [DeliveryPlan.Feed], _ blocks: [PopulationTable.Block], _ board: OpenSpikeBoard, page: Int,
        sentAt: Int, slotBits: Int,
        budget: TickBudget
    ) {
        let before = counters.synapses
        var packets = 0
        let late = waiting
        waiting.removeAll(keepingCapacity: true)
        ring.withUnsafeMutableBufferPointer { ring in
            program.matrix.withUnsafeBufferPointer { matrix in
                func take(_ packet: WaitingPacket, lateness: Int) {
                    if budget.isRealTime, counters.synapses &- before >= budget.synapses {
                        if waiting.count < budget.waiting { waiting.append(packet) } else { counters.overrun += 1 }
                        return
                    }
                    if lateness > 0 { counters.latePackets += 1 }
                    for _ in 0..<packet.times {
                        for block in feeds[Int(packet.feed)].blocks {
                            addRow(
                                Int(packet.row), of: blocks[block], in: matrix, to: ring, sentAt: Int(packet.sentAt), late: lateness,
                                slotBits: slotBits, program, &learner, &counters)
                        }
                    }
                }
                for packet in late { take(packet, lateness: sentAt - Int(packet.sentAt)) }
                let colour = UInt16(1) << UInt16(truncatingIfNeeded: sentAt & 15)
                for number in feeds.indices where feeds[number].colours & colour != 0 {
                    let (keys, offset) = (feeds[number].keys, feeds[number].offset)
                    for spike in board.spikes(of: feeds[number].source, page: page) {
                        let key = spike & 0xFF_FFFF
                        if key < keys.lowerBound || key >= keys.upperBound { continue }
                        packets &+= 1
                        take(
                            WaitingPacket(
                                feed: Int32(truncatingIfNeeded: number), row: key &+ offset, times: PostedSpike.times(spike),
                                sentAt: Int32(truncatingIfNeeded: sentAt)), lateness: 0)
                    }
                }
            }
        }
        let synapses = counters.synapses - before
        counters.packets += packets
        counters.mostPacketsInTick = max(counters.mostPacketsInTick, packets)
        counters.mostSynapsesInTick = max(counters.mostSynapsesInTick, synapses)
        if synapses > budget.synapses || !waiting.isEmpty { counters.overloadedTicks += 1 }
    }

    /// Adds a row's weights to the ring buffer (references: sPyNNaker's `synapses.c`).
    @inline(__always)
    private static func addRow(
        _ row: Int, of block: PopulationTable.Block, in matrix: UnsafeBufferPointer<UInt32>, to ring: UnsafeMutableBufferPointer<UInt16>,
        sentAt: Int, late: Int, slotBits: Int, _ program: NeuronProgram, _ learner: inout RowLearner?, _ counters: inout CoreCounters
    ) {
        let start = block.start &+ row &* block.stride
        if row >= 0, start &+ block.stride <= matrix.count, matrix[start] != 0, learner != nil {
            learner?.fetch(
                start, stride: block.stride, ring: ring, sentAt: sentAt, late: late, slotBits: slotBits, neuronBits: program.neuronBits,
                &counters)
            return
        }
        guard row >= 0, start &+ block.stride <= matrix.count, matrix[start] == 0, Int(matrix[start &+ 1]) <= block.stride &- 3 else {
            counters.badRows += 1
            return
        }
        let count = Int(matrix[start &+ 1])
        let last = UInt32(truncatingIfNeeded: ring.count &- 1)
        let first = UInt32(truncatingIfNeeded: sentAt << slotBits) & last
        var saturations = 0
        for place in start &+ 3..<start &+ 3 &+ count {
            let word = matrix[place]
            if late > 0 {
                // A field of 0 is the longest delay, which nothing is late for.
                let delay = Int(word & 0xFFFF & last) >> slotBits
                if delay != 0, delay <= late {
                    counters.lateSynapses += 1
                    continue
                }
            }
            let index = Int((first &+ (word & 0xFFFF)) & last)
            let sum = UInt32(ring[index]) &+ word >> 16
            ring[index] = UInt16(truncatingIfNeeded: min(sum, 0xFFFF))
            saturations &+= sum > 0xFFFF ? 1 : 0
        }
        counters.saturations &+= saturations
        counters.synapses &+= count
    }
}

/// A packet that a core has not yet looked up.
struct WaitingPacket: Sendable {
    var feed: Int32
    var row: Int32
    /// The payload: how often the neuron spiked.
    var times: Int32
    var sentAt: Int32
}

/// What a core can do in a tick.
struct TickBudget: Hashable, Sendable {
    /// Synapses that a tick has time for.
    var synapses: Int
    /// Whether packets beyond wait for the next tick, as on the machine, or time waits for them.
    var isRealTime: Bool
    /// Packets that may wait.
    var waiting = 256
}

/// What happened on a core since it booted.
struct CoreCounters: Hashable, Sendable {
    var spikes = 0
    /// Synapse words read.
    var synapses = 0
    var packets = 0
    var mostPacketsInTick = 0
    var mostSynapsesInTick = 0
    var overloadedTicks = 0
    /// Sums that were cut to 0xFFFF.
    var saturations = 0
    /// Packets that were looked up after their tick, and the synapses of theirs whose time was over.
    var latePackets = 0
    var lateSynapses = 0
    /// Packets that found the buffer of waiting ones full.
    var overrun = 0
    /// Rows beyond the end of the matrix, or longer than their block says.
    var badRows = 0
}

/// A spike on the board: the number of its key in 24 bits, and how often it was sent at once, less one, in 8.
enum PostedSpike {
    static let mostKeys = 1 << 24

    @inline(__always)
    static func times(_ spike: Int32) -> Int32 { Int32(truncatingIfNeeded: UInt32(bitPattern: spike) >> 24) &+ 1 }

    static func make(_ key: Int, times: Int) -> Int32 {
        Int32(bitPattern: UInt32(truncatingIfNeeded: key) | UInt32(truncatingIfNeeded: min(max(times, 1), 256) - 1) << 24)
    }
}
