import Chips
import Storage
import Targets
import Testing

/// The compartment of Lava's `PyLifModelBitAcc` and its relatives, bit for bit.
@Suite struct LoihiLIFVectors {
    @Test func vectorsArePresent() { #expect(!LoihiVector.cases("lif", "lif_reset", "ternary_lif").isEmpty) }

    @Test(arguments: LoihiVector.cases("lif", "lif_reset"))
    func compartmentsFollow(_ vector: LoihiVector) throws {
        let parameters = vector["params"]
        let arrivals = try #require(vector["a_in"].matrix32)
        var core = ModelCore(
            registers: ModelCore.lavaRegisters(parameters, threshold: try #require(parameters["vth"]?.int)), law: ModelCore.lavaLaw)
        if let current = parameters["u0"]?.ints32 { core.state.current = current }
        if let membrane = parameters["v0"]?.ints32 { core.state.membrane = membrane }
        let reset = parameters["reset_interval"]?.int.map { PeriodicReset(interval: $0, offset: parameters["reset_offset"]?.int ?? 0) }
        let (currents, membranes, spikes) = (vector["u"].matrix32, vector["v"].matrix32, vector["s"].matrix32)
        #expect(!arrivals.isEmpty)
        for (index, arrivals) in arrivals.enumerated() {
            if let reset, reset.isDue(in: index + 1) { core.state.clear() }
            let spiked = core.step(arrivals)
            try #require(core.state.current == currents?[index], "u in row \(index)")
            try #require(core.state.membrane == membranes?[index], "v in row \(index)")
            try #require(spiked == spikes?[index], "s in row \(index)")
        }
    }

    /// Where nothing reaches the edge of 24 bits, the shipped chips' law, which the emulator computes four compartments at a time,
    /// gives the same numbers.
    @Test(arguments: LoihiVector.cases("lif", "dense_lif").filter { !["lif_overflow", "quirk_lif_single_wrap"].contains($0.name) })
    func shippedLawsFollow(_ vector: LoihiVector) throws {
        let parameters = vector["params"]
        let arrivals = try #require((vector.json["a_in"] ?? vector["a_out"]).matrix32)
        let registers = ModelCore.lavaRegisters(parameters, threshold: try #require(parameters["vth"]?.int))
        guard registers.currentFactor.allSatisfy({ $0 >= 0 }) else { return }
        for target in ["loihi1", "loihi2"] {
            let chip = try chip(named: target)
            guard case .integerCurrent(let arithmetic) = chip.arithmetic else { continue }
            var core = ModelCore(registers: registers, law: CompartmentLaw(arithmetic, formats: chip.formats))
            if let current = parameters["u0"]?.ints32 { core.state.current = current }
            if let membrane = parameters["v0"]?.ints32 { core.state.membrane = membrane }
            let (currents, membranes, spikes) = (vector["u"].matrix32, vector["v"].matrix32, vector["s"].matrix32)
            for (index, arrivals) in arrivals.enumerated() {
                let spiked = core.step(arrivals)
                try #require(core.state.current == currents?[index], "u in row \(index)")
                try #require(core.state.membrane == membranes?[index], "v in row \(index)")
                try #require(spiked == spikes?[index], "s in row \(index)")
            }
        }
    }

    @Test(arguments: LoihiVector.cases("ternary_lif"))
    func ternaryCompartmentsFollow(_ vector: LoihiVector) throws {
        let parameters = vector["params"]
        let registers = ModelCore.lavaRegisters(parameters, threshold: nil)
        var compartments = TernaryCompartments(
            count: registers.count, upper: Int32(try #require(parameters["vth_hi"]?.int)) << 6,
            lower: Int32(try #require(parameters["vth_lo"]?.int)) << 6)
        let arrivals = try #require(vector["a_in"].matrix32)
        let (currents, membranes, spikes) = (vector["u"].matrix32, vector["v"].matrix32, vector["s"].matrix32)
        #expect(!arrivals.isEmpty)
        for (index, arrivals) in arrivals.enumerated() {
            let signs = compartments.step(registers, law: ModelCore.lavaLaw, arrivals: arrivals)
            try #require(compartments.state.current == currents?[index], "u in row \(index)")
            try #require(compartments.state.membrane == membranes?[index], "v in row \(index)")
            try #require(signs.map(Int32.init) == spikes?[index], "s in row \(index)")
        }
    }
}
