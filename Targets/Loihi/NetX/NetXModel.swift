import Chips
package import Diagnostics

/// What a `.net` file computes when lava-dl's reader runs it with Lava's fixed-point models, on the emulators' own kernels: a core for
/// each layer.
package enum NetXModel {
    /// A machine with the input `input` and the populations `layer1`, `layer2`, ….
    package static func machine(_ network: NetXNetwork, threads: Int = 1) throws(DiagnosticsError) -> EmulatedMachine {
        let formats = NumberFormats.loihi(currentOffset: 1)
        let law = CompartmentLaw(.lava, formats: formats)
        var cores: [CoreImage] = []
        var populations: [PopulationImage] = []
        for (number, layer) in network.layers.enumerated() {
            guard let weights = NetXWeights(layer.weights), weights.isUsable else {
                throw DiagnosticsError(
                    Diagnostic(
                        "netx-weights", "the weights of layer \(number + 1) are all zero or beyond 8 bits, at which lava-dl's reader fails",
                        help: "leave the layer out, or scale its weights and threshold down"))
            }
            func all(_ value: Int) -> [Int] { [Int](repeating: value, count: layer.outputs) }
            let registers = CompartmentRegisters(
                currentDecay: all(layer.currentDecay - 1), membraneDecay: all(layer.membraneDecay), thresholdMantissa: all(layer.threshold),
                biasMantissa: layer.bias?.map { Int($0) } ?? all(0), biasExponent: all(6), formats: formats)
            let source = number == 0 ? network.layers.count : number - 1
            cores.append(
                CoreImage(
                    number: number, law: law, registers: registers, initialMembrane: [Int32](repeating: 0, count: layer.outputs),
                    bank: bank(layer, weights), inlets: [Inlet(source: source, axons: (0..<layer.inputs).map { Int32($0) })]))
            populations.append(
                PopulationImage(
                    name: "layer\(number + 1)", size: layer.outputs, parts: [.init(core: number, offset: 0, neurons: 0..<layer.outputs)],
                    scale: 1, origin: [Double](repeating: 0, count: layer.outputs)))
        }
        let chip = Chip(
            name: "netx", title: "Lava's fixed-point models", family: "loihi",
            topology: .mesh(Mesh(chips: [1, 1], tiles: [max(cores.count, 1), 1], coresPerTile: 1)), resources: [], formats: formats,
            arithmetic: .integerCurrent(.lava))
        let input = InputImage(name: "input", size: network.inputs, payloadScale: 1, payloadBits: 0)
        return EmulatedMachine(MachineImage(chip: chip, cores: cores, populations: populations, inputs: [input]), threads: threads)
    }

    private static func bank(_ layer: NetXNetwork.Layer, _ weights: NetXWeights) -> SynapseBank {
        var builder = SynapseBankBuilder(compartments: layer.outputs)
        let group = weights.exponent < 0 ? builder.addGroup(shift: -weights.exponent) : 0
        var row = DecodedRow()
        for input in 0..<layer.inputs {
            row.clear()
            for output in 0..<layer.outputs {
                let weight = weights.mantissa(of: layer.weights[output * layer.inputs + input])
                row.append(output, Int32(weight), delay: Int(layer.delay(output: output, input: input)), group: group)
            }
            row.add(to: &builder)
            builder.endAxon()
        }
        return builder.finish()
    }
}
