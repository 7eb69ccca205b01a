import Foundation
import Learning
import Storage
import Support
import Testing

private func cases(_ file: String) -> [JSONValue] {
    let path = vectorsFolder("golden/brainscales") + "/" + file
    guard let bytes = try? ByteFile.read(path), let vector = try? JSONValue(parsing: bytes, named: path) else { return [] }
    return vector["cases"]?.array ?? []
}

/// null is silence.
private func numbers(_ value: JSONValue?) -> [Double] { (value?.array ?? []).map { $0.double ?? .infinity } }
private func table(_ value: JSONValue?) -> [[Double]] { (value?.array ?? []).map { numbers($0) } }

private func form(_ vector: JSONValue) -> SpikeTimeForm { vector["tau_mem"]?.double == vector["tau_syn"]?.double ? .equal : .double }

/// Single layers by a solver of 40 digits, and by the authors' program (Göltz et al., fastAndDeep 33e4876).
@Suite struct TTFSLayerVectors {
    static let vectors = cases("ttfs_layers.json")

    @Test func `holds cases`() { #expect(!Self.vectors.isEmpty) }

    @Test(arguments: vectors.indices)
    func `spike times and derivatives are exact`(_ index: Int) throws {
        let vector = Self.vectors[index]
        let name = vector["name"]?.string ?? "\(index)"
        let weights = table(vector["weights"])
        let threshold = try #require(vector["threshold"]?.double)
        let (exact, code) = (table(vector["spike_times_exact"]), table(vector["spike_times_code"]))
        for (sample, times) in table(vector["input_times"]).enumerated() {
            let layer = SpikeTimeProbe.layer(form(vector), threshold: threshold, times: times, weights: weights)
            for n in layer.times.indices {
                #expect(layer.times[n].isFinite == exact[sample][n].isFinite, "\(name): neuron \(n) of sample \(sample)")
                guard exact[sample][n].isFinite else { continue }
                #expect(abs(layer.times[n] - exact[sample][n]) <= 1e-9, "\(name): \(layer.times[n]) for \(exact[sample][n])")
                // The program adds 1e-6 to its sums.
                if code[sample][n].isFinite { #expect(abs(layer.times[n] - code[sample][n]) <= 5e-6, "\(name)") }
                #expect(layer.causal[n].sorted() == vector["causal_sets_exact"]?[sample]?[n]?.ints?.sorted(), "\(name)")
            }
            for (own, key) in [(layer.byWeight, "dT_dw_exact"), (layer.byTime, "dT_dt_exact")] {
                let expected = table(vector[key]?[sample])
                for i in weights.indices {
                    for n in layer.times.indices where layer.times[n].isFinite {
                        #expect(
                            abs(own[i][n] - expected[i][n]) <= 1e-9, "\(name): \(key)[\(i)][\(n)] is \(own[i][n]), not \(expected[i][n])")
                    }
                }
            }
        }
    }
}

/// Two layers with every loss, with and without bias spikes and guard, by the authors' program.
@Suite struct TTFSNetworkVectors {
    static let vectors = cases("ttfs_networks.json")

    @Test func `holds cases`() { #expect(!Self.vectors.isEmpty) }

    @Test(arguments: vectors.indices)
    func `losses, answers and gradients are the published ones`(_ index: Int) throws {
        let vector = Self.vectors[index]
        let name = vector["name"]?.string ?? "\(index)"
        let (given, tables) = (table(vector["input_times"]), [table(vector["W0"]), table(vector["W1"])])
        let (hidden, classes) = (tables[0][0].count, tables[1][0].count)
        func bias(_ key: String) -> [SpikeTimePlan.Source] { vector[key]?.double.map { [.init(.fixed([$0]), count: 1)] } ?? [] }
        let plan = SpikeTimePlan(
            form(vector), threshold: try #require(vector["threshold"]?.double),
            layers: [
                .init([.init(.sample, count: given[0].count)] + bias("bias_time_layer0"), neurons: hidden),
                .init([.init(.layer(0), count: hidden)] + bias("bias_time_layer1"), neurons: classes),
            ], sampleSize: given[0].count)
        var parameters = [Double](repeating: 0, count: plan.parameterCount)
        for (layer, weights) in tables.enumerated() {
            for i in weights.indices {
                for n in weights[i].indices { parameters[plan.place(layer, input: i, neuron: n)] = weights[i][n] }
            }
        }
        let options = vector["loss_params"]
        func option(_ key: String) throws -> Double { try #require(options?[key]?.double, "\(name): \(key)") }
        let loss: SpikeTimeLoss =
            switch vector["loss"]?.string {
            case "TTFS": .firstSpike(xi: try option("xi"), alpha: try option("alpha"), beta: try option("beta"))
            case "MSE": .meanSquare(correct: try option("t_correct"), wrong: try option("t_wrong"))
            default: .difference(delta: try option("delta_t"))
            }
        let batch = SpikeTimeProbe.batch(
            plan, parameters: parameters, given: given, labels: try #require(vector["labels"]?.ints), loss: loss,
            largest: vector["max_dw_norm"]?.double ?? .infinity)

        let expected = try #require(vector["loss_mean"]?.double)
        #expect(abs(batch.loss - expected) <= 1e-5 + 1e-4 * expected, "\(name): loss \(batch.loss) for \(expected)")
        #expect(batch.answers.map { $0 ?? -1 } == vector["predicted"]?.ints, "\(name)")
        for (layer, key) in ["hidden_times", "label_times"].enumerated() {
            for (own, published) in zip(batch.times[layer].joined(), table(vector[key]).joined()) {
                #expect(own == published || abs(own - published) <= 5e-6, "\(name): \(key) \(own) for \(published)")
            }
        }
        for (layer, key) in ["dL_dW0", "dL_dW1"].enumerated() {
            for (i, row) in table(vector[key]).enumerated() {
                for (n, published) in row.enumerated() {
                    let own = batch.gradient[plan.place(layer, input: i, neuron: n)]
                    #expect(abs(own - published) <= 1e-5 + 1e-4 * abs(published), "\(name): \(key)[\(i)][\(n)] is \(own), not \(published)")
                }
            }
        }
    }
}
