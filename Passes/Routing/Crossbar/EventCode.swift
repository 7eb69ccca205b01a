import Chips

/// How the neurons of an event output choose the bits of their events between the label and the number of the output, so that the nodes
/// of the crossbar can lead each event to the hemispheres that want it and to no other.
///
/// Two bits, one node for each hemisphere that compares one of them: the four kinds of neurons go round a Gray code, so that those that
/// the top wants agree in one bit and those that the bottom wants in the other.
struct EventCode: Hashable, Sendable {
    /// Which hemispheres want a neuron's events; in the order of the Gray code.
    enum Kind: Int, CaseIterable, Sendable { case top, both, bottom, none }

    /// By kind.
    let values: [Int]

    /// All ways round, the plain one first.
    static let all: [EventCode] = {
        let gray = [0, 1, 3, 2]
        return (0..<4).flatMap { start in
            [1, 3].map { step in EventCode(values: (0..<4).map { gray[(start + step * $0) % 4] }) }
        }
    }()

    func value(_ kind: Kind) -> Int { values[kind.rawValue] }

    /// The bit, and its value, that tells the events that a hemisphere wants from the others.
    func filter(forHemisphere hemisphere: Int) -> (mask: Int, target: Int) {
        let (own, both) = (value(hemisphere == 0 ? .top : .bottom), value(.both))
        let mask = ~(own ^ both) & 3
        return (mask, own & mask)
    }
}
