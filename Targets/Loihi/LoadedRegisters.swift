import Chips
import Diagnostics
import Storage

/// The registers of one core as the file holds them, with the lengths of tables checked against each other.
struct LoadedRegisters: Sendable {
    let number: Int
    /// For messages: `chip0/core12`.
    let group: String
    let path: String
    let decayU: [Int]
    let decayV: [Int]
    let refractDelay: [Int]
    let resetMode: [Int]
    let bias: [Int]
    let biasExponent: [Int]
    let thresholdProfile: [Int]
    let compartmentProfile: [Int]
    let initialMembrane: [Int]
    /// Microcode of neurons with an adaptive threshold, by profile; nil: there is none.
    let microcode: LoadedProgram?
    /// Microcode of rate units, by profile; nil: there is none.
    let units: LoadedUnits?
    let threshold: [Int]
    let dsOffset: Int
    let dmOffset: Int
    let negVmLimit: Int
    let posVmLimit: Int
    let delayBits: Int
    let numUpdates: Int
    let weightExponent: [Int]
    let weightCode: [Int]
    let formatDelayBits: [Int]
    let indexCode: [Int]
    let fanoutType: [Int]
    let compression: [Int]
    let synapsePointer: [Int]
    let synapseLength: [Int]
    let memory: [UInt64]
    let axonSource: [Int]
    let axonChip: [Int]
    let axonCore: [Int]
    let axonTarget: [Int]

    var compartments: Int { bias.count }

    init(_ file: HDF5File, path: String, group: String, number: Int, _ arithmetic: Arithmetic) throws(DiagnosticsError) {
        self.number = number
        self.group = group
        self.path = path
        func fail(_ what: String) -> DiagnosticsError { ArtifactManifest.damaged(path, "\(group): \(what)") }
        func column(_ name: String, _ range: ClosedRange<Int>, like length: Int? = nil) throws(DiagnosticsError) -> [Int] {
            let values = try file.readIntegers("\(group)/\(name)")
            if let length, values.count != length { throw fail("\(name) has \(values.count) entries, and its table \(length)") }
            if let stranger = values.first(where: { !range.contains($0) }) {
                throw fail("\(name) holds \(stranger), outside \(range.lowerBound)...\(range.upperBound)")
            }
            return values
        }
        func register(_ name: String, _ range: ClosedRange<Int>) throws(DiagnosticsError) -> Int {
            let value = try file.readInteger("\(group)/\(name)")
            if !range.contains(value) { throw fail("\(name) is \(value), outside \(range.lowerBound)...\(range.upperBound)") }
            return value
        }
        decayU = try column("cxProfileCfg/decayU", 0...4095)
        decayV = try column("cxProfileCfg/decayV", 0...4095, like: decayU.count)
        refractDelay = try column("cxProfileCfg/refractDelay", 1...63, like: decayU.count)
        resetMode = try column("cxProfileCfg/resetMode", 0...1, like: decayU.count)
        bias = try column("cxCfg/bias", -4096...4095)
        biasExponent = try column("cxCfg/biasExp", 0...7, like: bias.count)
        threshold = try column("vthProfileCfg/vth", 0...131_071)
        thresholdProfile = try column("cxCfg/vthProfile", 0...max(threshold.count - 1, 0), like: bias.count)
        compartmentProfile = try column("cxCfg/cxProfile", 0...max(decayU.count - 1, 0), like: bias.count)
        if !bias.isEmpty, decayU.isEmpty || threshold.isEmpty { throw fail("it has compartments, and no profile for them") }
        initialMembrane =
            file.kind(of: "\(group)/cxState/v") == nil
            ? [] : try column("cxState/v", -(1 << 23) + 1...(1 << 23) - 1, like: bias.count)
        microcode =
            file.kind(of: "\(group)/microcode/law") == nil
            ? nil
            : LoadedProgram(
                law: try column("microcode/law", 0...4, like: decayU.count),
                decay: try column("microcode/adaptDecay", 0...4096, like: decayU.count),
                jump: try column("microcode/adaptJump", Int(Int32.min)...Int(Int32.max), like: decayU.count),
                laterReset: try column("microcode/laterReset", Int(Int32.min)...Int(Int32.max), like: decayU.count),
                blocks: try column("microcode/blocks", 0...1, like: decayU.count))
        let profiles = decayU.count
        units =
            file.kind(of: "\(group)/microcode/graded/is_unit") == nil
            ? nil
            : try LoadedUnits(arithmetic) { name, range throws(DiagnosticsError) in
                try column("microcode/graded/\(name)", range, like: profiles)
            }
        dsOffset = try register("dendriteSharedCfg/dsOffset", 0...1)
        dmOffset = try register("dendriteSharedCfg/dmOffsets", 0...1)
        negVmLimit = try register("dendriteSharedCfg/negVmLimit", 0...31)
        posVmLimit = try register("dendriteSharedCfg/posVmLimit", 0...7)
        delayBits = try register("dendriteAccumCfg/delayBits", 0...6)
        numUpdates = try register("numUpdates/numUpdates", 0...Int(Int32.max))
        weightExponent = try column("synapseFmt/wgtExp", -8...7)
        weightCode = try column("synapseFmt/wgtBits", 0...7, like: weightExponent.count)
        formatDelayBits = try column("synapseFmt/dlyBits", 0...6, like: weightExponent.count)
        indexCode = try column("synapseFmt/idxBits", 0...7, like: weightExponent.count)
        fanoutType = try column("synapseFmt/fanoutType", 0...3, like: weightExponent.count)
        compression = try column("synapseFmt/compression", 0...3, like: weightExponent.count)
        if weightExponent.count > 16 { throw fail("synapseFmt has \(weightExponent.count) entries; 16 can be named") }
        let widest = delayBits
        if formatDelayBits.contains(where: { $0 > widest }) { throw fail("a synapse format has more delay bits than dendriteAccumCfg") }
        synapsePointer = try column("synapseMap/synapsePtr", 0...Int(UInt32.max))
        synapseLength = try column("synapseMap/synapseLen", 0...Int(UInt32.max), like: synapsePointer.count)
        let stored = try file.read("\(group)/synapseMem")
        guard case .uint64(let words) = stored.storage, stored.shape.count == 1 else { throw fail("synapseMem is no list of 64-bit words") }
        memory = words
        let most = words.count
        for axon in synapsePointer.indices where synapsePointer[axon] + synapseLength[axon] > most {
            throw fail("the synapses of axon \(axon) end at word \(synapsePointer[axon] + synapseLength[axon]) of \(most)")
        }
        axonSource = try column("axons/srcCxId", 0...max(bias.count - 1, 0))
        axonChip = try column("axons/dstChipId", 0...Int(Int32.max), like: axonSource.count)
        axonCore = try column("axons/dstCoreId", 0...Int(Int32.max), like: axonSource.count)
        axonTarget = try column("axons/dstSynMapId", 0...Int(Int32.max), like: axonSource.count)
        if bias.isEmpty, !axonSource.isEmpty { throw fail("it has axons, and no compartments") }
        if numUpdates != (bias.count + 3) / 4 { throw fail("numUpdates is \(numUpdates) for \(bias.count) compartments") }
    }
}
