import Chips
import Lowering
import Storage
import Support
import Testing

/// The configuration by which the public stack's own test puts 256-246-10 on one chip (`golden/brainscales`), followed event by event: it
/// connects exactly what it says.
@Suite struct BrainScaleSMappingVectors {
    @Test func `the published mapping derives its connectivity exactly`() throws {
        let golden = try JSONValue(file: vectorsFolder("golden/brainscales") + "/mapping_256_246_10.json")
        let crossbar = LabelledCrossbar(
            columns: 256, halves: 2, rows: 256, buses: 4, labelBits: 6, selectBits: 5, addressBits: 8, filterBits: 14, eventOutputs: 8,
            externalInputs: 4, backgroundInputs: 8, executions: 1)
        let (inputs, hidden, outputs) = (
            try #require(golden["inputs"]?.int), try #require(golden["hidden"]?.int), try #require(golden["outputs"]?.int)
        )
        let addresses = try #require(golden["neuron_addresses"]?.ints)
        var configuration = CrossbarConfiguration(crossbar)
        configuration.nodes = try #require(golden["crossbar_nodes"]?.array).map { node in
            CrossbarConfiguration.Filter(
                input: try #require(node["input"]?.int), output: try #require(node["output"]?.int), mask: try #require(node["mask"]?.int),
                target: try #require(node["target"]?.int))
        }
        configuration.nodes.sort { ($0.input, $0.output) < ($1.input, $1.output) }
        configuration.driverMasks = configuration.driverMasks.map { _ in 0 }
        configuration.rowModes = configuration.rowModes.indices.map { $0 % 2 == 0 ? .excitatory : .inhibitory }
        configuration.neurons = addresses.enumerated().map { column, address in
            .init(population: 1, index: column, circuits: [column, 256 + column], spikeMaster: column, address: address)
        }
        func place(_ row: Int, _ column: Int, _ label: Int) {
            configuration.weights[row * 256 + column] = 1
            configuration.labels[row * 256 + column] = UInt8(label)
        }
        for sign in 0...1 {
            for input in 0..<inputs { for column in 0..<hidden { place(2 * input + sign, column, input / 4 % 32 + 32) } }
            for h in 0..<hidden {
                let row = 2 * ((4 * h) % 128 + (h / 32) % 4 + h / 128 * 128) + sign
                for output in 0..<outputs { place(row, hidden + output, h % 32) }
            }
        }
        #expect(configuration.usedSynapses == golden["used_hw_synapses"]?.int)
        #expect(configuration.violations(largestWeight: 63) == [])
        let propagation = CrossbarPropagation(configuration)
        func reached(_ firings: [CrossbarPropagation.Firing]) -> [[Int]] {
            firings.map { [$0.column, $0.isExcitatory ? 0 : 1] }.sorted { ($0[0], $0[1]) < ($1[0], $1[1]) }
        }
        let every = { (columns: Range<Int>) in columns.flatMap { [[$0, 0], [$0, 1]] } }
        for (input, label) in try #require(golden["external_labels"]?.ints).enumerated() {
            #expect(reached(propagation.firings(ofExternal: label)) == every(0..<hidden), "input \(input)")
        }
        for neuron in configuration.neurons {
            let expected = neuron.index < hidden ? every(hidden..<hidden + outputs) : []
            #expect(reached(propagation.firings(of: neuron)) == expected, "column \(neuron.index)")
        }
    }
}
