import Chips
import Diagnostics
import Lowering
import Storage

/// Writes one core's registers as the group `chip<c>/core<n>` of the register file.
struct RegisterFileWriter {
    let file: HDF5File
    let chip: Chip
    let mesh: Mesh
    let fields: LoihiFields

    func write(_ core: WriterCore) throws(DiagnosticsError) {
        let group = "chip\(mesh.chip(ofCore: core.physicalCore))/core\(mesh.localCore(ofCore: core.physicalCore))"
        try file.write(core.decayU, to: "\(group)/cxProfileCfg/decayU")
        try file.write(core.decayV, to: "\(group)/cxProfileCfg/decayV")
        try file.write(core.refractDelay, to: "\(group)/cxProfileCfg/refractDelay")
        try file.write(core.resetMode, to: "\(group)/cxProfileCfg/resetMode")
        try writePrograms(core.programs, group)
        try writeUnits(core.units, group)
        try file.write(core.bias, to: "\(group)/cxCfg/bias")
        try file.write(core.biasExponent, to: "\(group)/cxCfg/biasExp")
        try file.write(core.thresholdProfile, to: "\(group)/cxCfg/vthProfile")
        try file.write(core.compartmentProfile, to: "\(group)/cxCfg/cxProfile")
        if core.initialMembrane.contains(where: { $0 != 0 }) { try file.write(core.initialMembrane, to: "\(group)/cxState/v") }
        try file.write(core.threshold, to: "\(group)/vthProfileCfg/vth")
        try writeSharedDendrite(group)
        try file.write(scalar: UInt8(core.delayBits), to: "\(group)/dendriteAccumCfg/delayBits")
        try file.write(scalar: UInt32((core.bias.count + 3) / 4), to: "\(group)/numUpdates/numUpdates")
        try writeFormats(core, group)
        try file.write(core.synapsePointer, to: "\(group)/synapseMap/synapsePtr")
        try file.write(core.synapseLength, to: "\(group)/synapseMap/synapseLen")
        try file.write(core.memory, to: "\(group)/synapseMem")
        try file.write(core.axons.map(\.neuron), to: "\(group)/axons/srcCxId")
        try file.write(core.axons.map { UInt32(mesh.chip(ofCore: $0.core)) }, to: "\(group)/axons/dstChipId")
        try file.write(core.axons.map { UInt32(mesh.localCore(ofCore: $0.core)) }, to: "\(group)/axons/dstCoreId")
        try file.write(core.axons.map(\.axon), to: "\(group)/axons/dstSynMapId")
        try RouteEntry.write(core.routes, to: file, group, mesh: mesh)
    }

    /// Microcode of neurons with an adaptive threshold, by profile; law 0 stands for a fixed neuron.
    private func writePrograms(_ programs: [AdaptiveThreshold?], _ group: String) throws(DiagnosticsError) {
        if programs.allSatisfy({ $0 == nil }) { return }
        let laws: [AdaptiveThreshold.ResetLaw] = [.base, .adapted, .later, .laterAdapted]
        try file.write(programs.map { UInt8(($0.flatMap { laws.firstIndex(of: $0.reset) } ?? -1) + 1) }, to: "\(group)/microcode/law")
        try file.write(programs.map { UInt32($0?.decay ?? 0) }, to: "\(group)/microcode/adaptDecay")
        try file.write(programs.map { Int32($0?.jump ?? 0) }, to: "\(group)/microcode/adaptJump")
        try file.write(programs.map { Int32($0?.laterReset ?? 0) }, to: "\(group)/microcode/laterReset")
        try file.write(programs.map { UInt8($0?.blocks == true ? 1 : 0) }, to: "\(group)/microcode/blocks")
    }

    /// Microcode of rate units, by profile.
    private func writeUnits(_ units: [GradedUnit?], _ group: String) throws(DiagnosticsError) {
        if units.allSatisfy({ $0 == nil }) { return }
        for (name, column) in zip(LoadedUnits.names, LoadedUnits.columns(of: units)) {
            try file.write(column, to: "\(group)/microcode/graded/\(name)")
        }
    }

    private func writeSharedDendrite(_ group: String) throws(DiagnosticsError) {
        try file.write(scalar: UInt8(chip.formats.decay.currentOffset), to: "\(group)/dendriteSharedCfg/dsOffset")
        try file.write(scalar: UInt8(chip.formats.decay.membraneOffset), to: "\(group)/dendriteSharedCfg/dmOffsets")
        try file.write(scalar: UInt8(fields.negativeMembraneLimit), to: "\(group)/dendriteSharedCfg/negVmLimit")
        try file.write(scalar: UInt8(fields.positiveMembraneLimit), to: "\(group)/dendriteSharedCfg/posVmLimit")
    }

    /// Rows are indexed by format number; row 0 is unused.
    private func writeFormats(_ core: WriterCore, _ group: String) throws(DiagnosticsError) {
        func column(_ unused: Int, _ value: (SynapseFormat) -> Int) -> [Int8] { ([unused] + core.formats.map(value)).map { Int8($0) } }
        try file.write(column(0) { $0.exponent }, to: "\(group)/synapseFmt/wgtExp")
        try file.write(column(0) { LoihiChipCheck.weightBits.firstIndex(of: $0.weightBits) ?? 0 }, to: "\(group)/synapseFmt/wgtBits")
        try file.write(column(0) { $0.delayBits }, to: "\(group)/synapseFmt/dlyBits")
        try file.write(column(0) { _ in LoihiChipCheck.indexBits.firstIndex(of: core.indexBits) ?? 0 }, to: "\(group)/synapseFmt/idxBits")
        try file.write(column(0) { $0.mode == .mixed ? 1 : $0.mode == .excitatory ? 2 : 3 }, to: "\(group)/synapseFmt/fanoutType")
        try file.write(column(0) { $0.compression == .dense ? 3 : 0 }, to: "\(group)/synapseFmt/compression")
    }
}
