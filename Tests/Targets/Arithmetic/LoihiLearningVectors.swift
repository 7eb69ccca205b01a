import Chips
import Storage
import Targets
import Testing

/// Loihi's learning engine as Lava models it, and PES as nengo-loihi emulates it, bit for bit.
@Suite struct LoihiLearningVectors {
    @Test func vectorsArePresent() {
        #expect(!LoihiVector.cases("learning").isEmpty)
        #expect(!LoihiVector.cases("nengo_pes").isEmpty)
    }

    private func products(_ json: JSONValue?) throws -> [LearningProduct] {
        try (json?.array ?? []).map { product in
            let factors = try #require(product["factors"]?.array).map { factor in
                LearningProduct.Factor(
                    try #require(LearningProduct.Variable(rawValue: factor["var"]?.string ?? "")), adding: factor["const"]?.int ?? 0,
                    isSign: factor["sgn"]?.bool ?? false)
            }
            return LearningProduct(
                try #require(LearningProduct.Dependency(rawValue: product["dependency"]?.string ?? "")),
                mantissa: try #require(product["s_mantissa"]?.int), storedExponent: try #require(product["s_exp"]?.int), factors)
        }
    }

    private func code(_ vector: LoihiVector) throws -> LearningCode {
        let rule = try #require(vector["params"]["rule"])
        func trace(_ name: String) throws -> LearningCode.Trace {
            let impulse = try #require(rule["impulse_int_frac256"]?[name]?.ints)
            return .init(impulse: impulse[0], fraction: impulse[1], timeConstant: try #require(rule["tau"]?[name]?.double))
        }
        let mode = try #require(LearningCode.SignMode(rawValue: vector["params"]["sign_mode"]?.string?.lowercased() ?? ""))
        return LearningCode(
            weight: try products(rule["products"]?["dw"]), delay: try products(rule["products"]?["dd"]),
            tag: try products(rule["products"]?["dt"]), sourceTraces: [try trace("x1"), try trace("x2")],
            targetTraces: [try trace("y1"), try trace("y2"), try trace("y3")], epochLength: try #require(rule["t_epoch"]?.int),
            decimation: rule["decimate_exponent"]?.int, signMode: mode)
    }

    private func draws(_ vector: LoihiVector, step: Int, epoch: Int) throws -> LearningDraws {
        func number(_ key: String, _ index: Int) throws -> Double { try #require(vector["random"][key]?[index]?.double) }
        var draws = LearningDraws()
        draws.sourceDecay = try number("x_decay", step)
        draws.targetDecay = try number("y_decay", step)
        draws.sourceImpulse = Int(try number("x_impulse", step))
        draws.targetImpulse = Int(try number("y_impulse", step))
        draws.secondTargetImpulse = Int(try number("y_impulse_post_phase", step))
        if (step + 1) % epoch == 0 { draws.weight = try number("weight_round_per_epoch", (step + 1) / epoch - 1) }
        return draws
    }

    /// The whole loop: weights act on the neurons, whose spikes move the weights.
    @Test(arguments: LoihiVector.cases("learning"))
    func learningConnectionsFollow(_ vector: LoihiVector) throws {
        let parameters = vector["params"]
        let code = try code(vector)
        #expect(code.faults.isEmpty)
        let mantissas = lavaMantissas(
            try #require(parameters["weights0"]?.matrix), bits: try #require(parameters["num_weight_bits"]?.int),
            mode: parameters["sign_mode"]?.string)
        let (tags, delays) = (try #require(parameters["tag_1_0"]?.matrix), try #require(parameters["tag_2_0"]?.matrix))
        let (targets, sources) = (mantissas.count, mantissas[0].count)
        var synapses = PlasticSynapses()
        for target in 0..<targets {
            for source in 0..<sources {
                synapses.append(
                    source: source, target: target, weight: Int32(mantissas[target][source]), delay: Int32(delays[target][source]),
                    tag: Int32(tags[target][source]))
            }
        }
        var engine = LearningEngine(code, synapses, sources: sources, targets: targets)
        let registers = ModelCore.lavaRegisters(parameters, threshold: try #require(parameters["vth"]?.int))
        var core = ModelCore(registers: registers, law: ModelCore.lavaLaw)
        let input = try #require(vector["s_in"].matrix)
        var arrivals = [Int32](repeating: 0, count: targets)
        for step in input.indices {
            let spikes = core.step(arrivals)
            try #require(core.state.current == vector["u"][step]?.ints32, "u in row \(step)")
            try #require(core.state.membrane == vector["v"][step]?.ints32, "v in row \(step)")
            try #require(spikes == vector["s"][step]?.ints32, "s in row \(step)")
            // The coming arrivals are formed before the weights move.
            arrivals = (0..<targets).map { target in
                (0..<sources).reduce(0) { $0 + (input[step][$1] != 0 ? engine.synapses.weights[target * sources + $1] : 0) }
            }
            _ = engine.advance(
                sourceSpikes: input[step].indices.filter { input[step][$0] != 0 }.map { Int32($0) },
                targetSpikes: spikes.indices.filter { spikes[$0] != 0 }.map { Int32($0) },
                draws: try draws(vector, step: step, epoch: code.epochLength))
            for (name, trace) in zip(["x1", "x2", "y1", "y2", "y3"], engine.sourceTraces + engine.targetTraces) {
                try #require(trace == vector[name][step]?.ints32, "\(name) in row \(step)")
            }
            try #require(engine.synapses.weights == vector["weights"][step]?.matrix32?.flatMap { $0 }, "weights in row \(step)")
            try #require(engine.synapses.tags == vector["tag_1"][step]?.matrix32?.flatMap { $0 }, "tag 1 in row \(step)")
            try #require(engine.synapses.delays == vector["tag_2"][step]?.matrix32?.flatMap { $0 }, "tag 2 in row \(step)")
        }
    }

    @Test(arguments: LoihiVector.cases("nengo_pes"))
    func errorsMoveWeights(_ vector: LoihiVector) throws {
        let (integers, synapse) = (vector["int"], try #require(vector["int"]["synapse"]))
        func value(_ key: String) throws -> Int { try #require(integers[key]?.int) }
        let weights = try #require(synapse["weights"]?.array).compactMap { $0[0]?.ints }
        let bitsOfCode = [0, 1, 2, 3, 4, 5, 6, 8]
        let format = try #require(synapse["format"])
        var rule = PrescribedErrorSensitivity(
            .init(
                rateMantissa: try value("lr_int"), rateExponent: try value("lr_exp"),
                traceMagnitude: try #require(integers["tracing_mag"]?.double),
                traceTimeConstant: try #require(integers["tracing_tau"]?.double), traceEpoch: try value("train_epoch"),
                learnEpoch: try value("learn_epoch"), weightBits: bitsOfCode[try #require(format["weight_bits"]?.int)],
                weightExponent: try #require(synapse["real_weight_exp"]?.int), isMixed: format["fanout_type"]?.int == 1), weights: weights)
        var draws = try #require(vector["random_draws"].array).filter { $0[0]?.string == "rand" }.map {
            $0[2]?.doubles ?? $0[2]?[0]?.doubles ?? []
        }
        draws.reverse()
        let scale = try #require(vector["pes_error_scale"].double)
        let input = try #require(vector["input_spikes"].matrix)
        for step in 0..<(try #require(vector["steps"].int)) {
            let traceDraws = rule.updatesTraces ? draws.popLast() ?? [] : []
            let weightDraws = rule.updatesWeights ? weights.map { _ in draws.popLast() ?? [] } : []
            try #require(traceDraws.count == (rule.updatesTraces ? weights.count : 0))
            rule.advance(
                axons: step > 0 ? input[step - 1] : [],
                errors: try #require(vector["errors"][step]?.doubles).map { PrescribedErrorSensitivity.encode($0, scale: scale) },
                traceDraws: traceDraws, weightDraws: weightDraws)
            try #require(rule.traces == vector["trace"][step]?.ints, "trace in row \(step)")
            try #require(rule.weights == vector["weights"][step]?.array?.compactMap { $0[0]?.ints }, "weights in row \(step)")
        }
    }

    /// The rules of the learning module, in the chip's form, fit its registers; what does not is told with its numbers.
    @Test func rulesAreSumsOfProducts() {
        let pair = LearningCode.pairSTDP(potentiation: 4, depression: 5, impulse: 16, sourceTau: 20, targetTau: 20)
        #expect(pair.faults.isEmpty)
        #expect(pair.text.map { "\($0.name) = \($0.sum)" } == ["dw = -5*2^-4*x0*y1 + 4*2^-4*y0*x1"])
        let rewarded = LearningCode.rewardSTDP(
            potentiation: 4, depression: 4, impulse: 16, sourceTau: 20, targetTau: 20, tagDecay: 1.0 / 16, rate: 1.0 / 32)
        #expect(rewarded.faults.isEmpty)
        #expect(rewarded.text.map(\.name) == ["dw", "dt"])
        let eligibility = LearningCode.eligibility(
            feed: 1.0 / 16, beta: 1.0 / 32, slowDecay: 1.0 / 64, filterDecay: 1.0 / 16, rate: 1.0 / 32,
            sourceTrace: .init(impulse: 32, timeConstant: 20))
        #expect(eligibility.faults.isEmpty)
        var wrong = pair
        wrong.weight[0].mantissa = 9
        wrong.sourceTraces[0].impulse = 200
        #expect(wrong.faults.count == 2)
        // Two traces at their end shift by 3 bits and are cut by the accumulator: 2¹⁴ / 2³ · 2⁷ / 2⁷ weight units are above 255.
        #expect(eligibility.largestChange(LearningProduct(.epoch, scale: 1, [.init(.x1), .init(.y1)])) > 255)
    }
}
