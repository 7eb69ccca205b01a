import Chips
import Storage
import Targets
import Testing

/// Lava's Dense, Sparse and DelayDense connections into its LIF, bit for bit.
@Suite struct LoihiDenseVectors {
    @Test func vectorsArePresent() { #expect(!LoihiVector.cases("dense_lif", "recurrent_net").isEmpty) }

    @Test(arguments: LoihiVector.cases("dense_lif"))
    func connectionsFollow(_ vector: LoihiVector) throws {
        let parameters = vector["params"]
        let mantissas = lavaMantissas(
            try #require(parameters["weights_given"]?.matrix), bits: try #require(parameters["num_weight_bits"]?.int),
            mode: parameters["sign_mode_explicit"]?.bool == true ? parameters["sign_mode"]?.string : nil)
        #expect(mantissas == parameters["weights_effective"]?.matrix)
        let registers = ModelCore.lavaRegisters(parameters, threshold: try #require(parameters["vth"]?.int))
        var builder = SynapseBankBuilder(compartments: registers.count)
        builder.addConnection(mantissas, exponent: try #require(parameters["weight_exp"]?.int))
        var core = ModelCore(registers: registers, law: ModelCore.lavaLaw, bank: builder.finish())
        let isGraded = try #require(parameters["num_message_bits"]?.int) > 0
        let input = try #require(vector["s_in"].matrix32)
        let (sums, currents, membranes) = (vector["a_out"].matrix32, vector["u"].matrix32, vector["v"].matrix32)
        let spikes = vector["s"].matrix32
        #expect(!input.isEmpty)
        for (index, values) in input.enumerated() {
            let result = core.step()
            try #require(result.arrivals == sums?[index], "a_out in row \(index)")
            try #require(core.state.current == currents?[index], "u in row \(index)")
            try #require(core.state.membrane == membranes?[index], "v in row \(index)")
            try #require(result.spikes == spikes?[index], "s in row \(index)")
            core.accept(values, isGraded: isGraded)
        }
    }

    @Test(arguments: LoihiVector.cases("recurrent_net"))
    func recurrentNetsWithDelaysFollow(_ vector: LoihiVector) throws {
        let layers = ["L1", "L2", "L3"]
        let sizes = try #require(vector["sizes"].ints)
        let connections = try #require(vector["connections"].array)
        var cores: [ModelCore] = []
        // Per layer: the sources of its axons and the first axon of each.
        var feeds: [[(source: String, firstAxon: Int)]] = []
        for (number, layer) in layers.enumerated() {
            let parameters = try #require(vector["layers"][layer])
            let registers = ModelCore.lavaRegisters(parameters, threshold: try #require(parameters["vth"]?.int))
            var builder = SynapseBankBuilder(compartments: sizes[number + 1])
            var feed: [(String, Int)] = []
            var axon = 0
            for connection in connections where connection["to"]?.string == layer {
                let mantissas = lavaMantissas(
                    try #require(connection["weights"]?.matrix), bits: try #require(connection["num_weight_bits"]?.int),
                    mode: connection["sign_mode"]?.string)
                builder.addConnection(
                    mantissas, delays: connection["delays"]?.matrix, exponent: try #require(connection["weight_exp"]?.int))
                feed.append((try #require(connection["from"]?.string), axon))
                axon += mantissas[0].count
            }
            feeds.append(feed)
            cores.append(ModelCore(registers: registers, law: ModelCore.lavaLaw, bank: builder.finish()))
        }
        let input = try #require(vector["s_in"].matrix32)
        let expected = try (1...3).map { layer in
            try ["u", "v", "s"].map { try #require(vector["outputs"]["\($0)\(layer)"]?.matrix32) }
        }
        #expect(!input.isEmpty)
        for (row, values) in input.enumerated() {
            var sent = ["input": values]
            for number in cores.indices {
                let spikes = cores[number].step().spikes
                try #require(cores[number].state.current == expected[number][0][row], "u of \(layers[number]) in row \(row)")
                try #require(cores[number].state.membrane == expected[number][1][row], "v of \(layers[number]) in row \(row)")
                try #require(spikes == expected[number][2][row], "s of \(layers[number]) in row \(row)")
                sent[layers[number]] = spikes
            }
            for number in cores.indices {
                for feed in feeds[number] { cores[number].accept(try #require(sent[feed.source]), firstAxon: feed.firstAxon) }
            }
        }
    }
}
