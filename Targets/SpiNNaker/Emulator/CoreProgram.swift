import Numerics

/// What runs on an emulated core, as its SDRAM image describes it.
package struct SpiNNakerCore: Sendable {
    package enum Program: Sendable {
        case neurons(NeuronProgram)
        /// Sends what the host gives it; `count` neurons.
        case source(count: Int)
        case delay(DelayProgram)
    }

    /// Physical number, as the topology numbers cores.
    var number: Int
    /// For messages: `core 3 of chip (0, 1)`.
    var label: String
    var program: Program
    /// Keys of what it sends, without colour; nil: it sends nothing.
    var keys: SentKeys?

    package init(number: Int, label: String, program: Program, keys: SentKeys?) {
        self.number = number
        self.label = label
        self.program = program
        self.keys = keys
    }

    /// How many different packets it can send in a tick.
    var sendCount: Int {
        switch program {
        case .neurons(let program): program.kernel.count
        case .source(let count): count
        case .delay(let program): program.neurons * program.stages
        }
    }
}

/// The keys that a core sends: `first`, and for each further neuron one step of the colour field more.
package struct SentKeys: Hashable, Sendable {
    var first: UInt32
    var count: Int
    var colourBits: Int

    package init(first: UInt32, count: Int, colourBits: Int) {
        self.first = first
        self.count = count
        self.colourBits = colourBits
    }

    /// The smallest aligned block that holds them all.
    var block: KeyBlock {
        var bits = colourBits
        let last = first &+ UInt32(truncatingIfNeeded: max(count - 1, 0) << colourBits) | (1 << UInt32(colourBits) - 1)
        while bits < 32, first >> UInt32(bits) != last >> UInt32(bits) { bits += 1 }
        let free = bits >= 32 ? UInt32.max : 1 << UInt32(bits) - 1
        return KeyBlock(key: first & ~free, free: free)
    }
}

/// A core with neurons and their synapses.
package struct NeuronProgram: Sendable {
    var kernel: NeuronKernel
    /// Bits of a target's number and of the synapse type in a synapse word, and of the delay behind them.
    var neuronBits: Int
    var typeBits: Int
    var delayBits: Int
    var table: PopulationTable
    /// The synaptic matrix.
    var matrix: [UInt32]
    /// How rows learn; nil: no row does.
    var plastic: PlasticProgram?

    package init(
        kernel: NeuronKernel, neuronBits: Int, typeBits: Int, delayBits: Int, table: PopulationTable, matrix: [UInt32],
        plastic: PlasticProgram? = nil
    ) {
        self.kernel = kernel
        self.neuronBits = neuronBits
        self.typeBits = typeBits
        self.delayBits = delayBits
        self.table = table
        self.matrix = matrix
        self.plastic = plastic
    }

    /// Ring-buffer entries of one tick.
    var slotSize: Int { 1 << (neuronBits + typeBits) }
    /// Ticks that the ring buffer holds.
    var slots: Int { 1 << delayBits }
}

/// The neurons of a core; one call a tick.
package enum NeuronKernel: Sendable {
    case released(FixedPointCore)
    case threshold(ThresholdCore)

    var count: Int {
        switch self {
        case .released(let core): core.count
        case .threshold(let core): core.count
        }
    }

    func membrane(of neuron: Int) -> Int32 {
        switch self {
        case .released(let core): core.membrane(of: neuron)
        case .threshold(let core): core.membrane(of: neuron)
        }
    }

    mutating func reset() {
        switch self {
        case .released(var core):
            core.reset()
            self = .released(core)
        case .threshold(var core):
            core.reset()
            self = .threshold(core)
        }
    }
}

/// A core that sends the spikes of another one again, later.
package struct DelayProgram: Sendable {
    /// Key and mask of the core whose spikes it delays.
    var key: UInt32
    var mask: UInt32
    package var neurons: Int
    package var stages: Int
    /// Ticks of a stage.
    var stepsPerStage: Int
    var colourBits: Int

    package init(key: UInt32, mask: UInt32, neurons: Int, stages: Int, stepsPerStage: Int, colourBits: Int) {
        self.key = key
        self.mask = mask
        self.neurons = neurons
        self.stages = stages
        self.stepsPerStage = stepsPerStage
        self.colourBits = colourBits
    }
}
