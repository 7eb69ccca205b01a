public import Networks
import Numerics

extension Network {
    /// The receptor (0 excitatory, 1 inhibitory) that all weights of a projection feed where magnitudes are stored and the receptor holds
    /// the sign; nil: each weight's own sign decides.
    ///
    /// A conductance is a magnitude, so the projection may name its receptor. A current's sign is what it does to the membrane.
    public func fixedPointReceptor(of projection: Projection) -> Int? {
        guard populations[projection.post].cell.neuron?.isConductance == true else { return nil }
        return switch projection.receptor {
        case .excitatory: 0
        case .inhibitory: 1
        case .bySign: nil
        }
    }
}

extension NeuronModel {
    /// Whether weights are conductances.
    public var isConductance: Bool { kind == .conductanceExponential }
}
