import Chips
import Numerics

extension PlacedGraph {
    private var chip: Chip { coreGraph.chip }

    /// Checks what must hold of the stage; the pass Placement promises it. The stage before is checked by its own verifier.
    ///
    /// - Every virtual core has one physical core; the core exists, is not dead, and holds no other virtual core.
    /// - Virtual cores that fit on one chip are on one chip.
    /// - Output axons are within the limit also with the surcharge for the targets that really are on another chip.
    public func verify() throws(VerificationFailure) {
        var check = InvariantCheck(stage: "PlacedGraph", pass: "placement")
        check.require(
            physicalCores.count == coreGraph.cores.count, "\(physicalCores.count) physical cores for \(coreGraph.cores.count) virtual ones")
        var holders: [Int: Int] = [:]
        for (virtual, physical) in physicalCores.enumerated() {
            check.require(
                (0..<chip.topology.coreCount).contains(physical), "virtual core #\(virtual) is on core \(physical), which does not exist")
            check.require(!chip.faults.deadCores.contains(physical), "virtual core #\(virtual) is on core \(physical), which is dead")
            if let other = holders[physical] { check.violated("virtual cores #\(other) and #\(virtual) are both on core \(physical)") }
            holders[physical] = virtual
        }
        try check.finish()
        let chips = physicalCores.map { chip.chip(ofCore: $0) }
        if !coreGraph.mayLeaveChip {
            check.require(Set(chips).count <= 1, "\(physicalCores.count) cores fit on one chip and are on \(Set(chips).count)")
        }
        let outputs = coreGraph.outputAxons { chips[$0.index] != chips[$1.index] }
        for resource in chip.resources {
            guard case .outputAxons(let each, let offChip) = resource.rule else { continue }
            for (core, count) in outputs.enumerated() {
                let used = each * count.all + offChip * count.elsewhere
                check.require(
                    used <= resource.limit, "placed core #\(core) uses \(used) of \(resource.limit) \(resource.unit) of '\(resource.name)'")
            }
        }
        try check.finish()
    }
}
