import Chips
import Diagnostics

/// What a Loihi's description says beside the kinds that all chips are built from.
struct LoihiFields: Hashable, Sendable {
    /// 5 bits: the membrane does not go below -2^n + 1.
    var negativeMembraneLimit = 23
    /// 3 bits: the membrane does not go above 2^(9 + 2n) - 1.
    var positiveMembraneLimit = 7

    private static let names = ["neg_vm_limit", "pos_vm_limit"]

    init(_ chip: Chip) throws(DiagnosticsError) {
        var faults: [Diagnostic] = []
        for field in chip.fields {
            guard Self.names.contains(field.name) else {
                faults.append(
                    Diagnostic(
                        "loihi-unknown-field", "chips of the family 'loihi' have no field '\(field.name)'", at: field.place,
                        help: "the fields are \(Self.names.joined(separator: ", "))"))
                continue
            }
            let limit = field.name == "neg_vm_limit" ? 23 : 7
            guard let value = Int(field.value), (0...limit).contains(value) else {
                faults.append(
                    Diagnostic(
                        "loihi-field-value", "the field '\(field.name)' is '\(field.value)'", at: field.place,
                        help: "write a whole number from 0 to \(limit)"))
                continue
            }
            if field.name == "neg_vm_limit" { negativeMembraneLimit = value } else { positiveMembraneLimit = value }
        }
        if !faults.isEmpty { throw DiagnosticsError(faults) }
    }
}
