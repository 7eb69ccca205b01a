import Chips
import Diagnostics
import FrontEnd
import Support
import Targets

/// The chips that the property suites run over: every one that ships, the documented example, and invented ones that differ from them
/// in every kind of number format and arithmetic.
enum PropertyChips {
    static let invented = ["core-scope", "narrow", "graded", "board"]

    static let names = chipLibrary.names + ["hexapod"] + invented

    static func chip(_ name: String) throws(DiagnosticsError) -> Chip {
        if invented.contains(name) { return try readChip("\(Golden.directory)/chip/\(name).yaml", library: chipLibrary) }
        if name == "hexapod" { return try readChip("\(Golden.repository)/Documentation/Examples/hexapod.yaml", library: chipLibrary) }
        return try Targets.chip(named: name)
    }

    /// How many random networks a chip gets: boards of thousands of cores cost more each.
    static func seeds(_ chip: Chip) -> Range<Int> {
        let cores = chip.topology.coreCount
        return 0..<(cores > 10_000 ? 1 : cores > 1000 ? 2 : 4)
    }
}
