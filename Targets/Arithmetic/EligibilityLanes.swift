/// Eight synapses at once, in the 16 bits that every product of `EligibilityCode` fits.
typealias TagLanes = SIMD8<Int16>

/// The numbers of an `EligibilityCode` as a step of a column needs them.
struct EligibilityCoefficients: Hashable, Sendable {
    /// Right shifts of x1 · y1.
    var feedShift: Int16
    var slowFeedShift: Int16
    /// -(constant · 2^doublings) · 2^3: the high half of a product of 16 bits is the product shifted right by 13.
    var coupling: Int16
    var couplingExponent: Int16
    var slowCoupling: Int16
    var slowCouplingExponent: Int16
    var decay: Int16
    var decayShift: Int16
    var decayExponent: Int16
    var slowDecay: Int16
    var slowDecayShift: Int16
    var slowDecayExponent: Int16
    let isAdaptive: Bool
    init(_ code: EligibilityCode) {
        feedShift = Int16(3 - code.feedPower)
        slowFeedShift = Int16(3 - code.slowFeedPower)
        func coupled(_ scale: EligibilityCode.Scale?) -> Int16 { Int16(-8 * ((scale?.constant ?? 0) << (scale?.doublings ?? 0))) }
        coupling = coupled(code.coupling)
        slowCoupling = coupled(code.slowCoupling)
        couplingExponent = Int16(code.coupling?.exponent ?? 0)
        slowCouplingExponent = Int16(code.slowCoupling?.exponent ?? 0)
        decay = Int16(code.decay?.constant ?? 0)
        slowDecay = Int16(code.slowDecay?.constant ?? 0)
        decayShift = Int16(EligibilityCode.tagShift - (code.decay?.doublings ?? 0))
        slowDecayShift = Int16(EligibilityCode.tagShift - (code.slowDecay?.doublings ?? 0))
        decayExponent = Int16(code.decay?.exponent ?? 0)
        slowDecayExponent = Int16(code.slowDecay?.exponent ?? 0)
        isAdaptive = code.isAdaptive
    }

    /// Whether no sum of a column can reach the ends of the accumulator, nor a term leave 16 bits.
    /// - Parameters:
    ///   - tag, slow: the largest |t| and d of the column.
    @inline(__always)
    func fits(slope: Int16, tag: Int16, slow: Int16) -> Bool {
        let (slope, tag, slow) = (Int32(slope), Int32(tag), Int32(slow))
        let pairs = 127 &* slope
        // Coefficients are negative; shifts round down, so that a term is at most one larger than its quotient.
        func coupled(_ factor: Int16, _ exponent: Int16) -> Int32 {
            ((slope &* slow &* -Int32(factor)) &>> 16 &+ 1) &<< Int32(exponent)
        }
        func leak(_ value: Int32, _ factor: Int16, _ shift: Int16, _ exponent: Int16) -> Int32 {
            ((value &* Int32(factor)) &>> Int32(shift) &+ 1) &<< Int32(exponent)
        }
        let own = tag &<< 7 &+ pairs &>> Int32(feedShift) &+ leak(tag, decay, decayShift, decayExponent)
        guard isAdaptive else { return own <= 32767 }
        let other = slow &<< 7 &+ pairs &>> Int32(slowFeedShift) &+ leak(slow, slowDecay, slowDecayShift, slowDecayExponent)
        return own &+ coupled(coupling, couplingExponent) <= 32767 && other &+ coupled(slowCoupling, slowCouplingExponent) <= 32767
    }

    /// The change of eight first tags, in 128ths.
    @inline(__always)
    func change(_ pairs: TagLanes, _ coupled: TagLanes, _ tags: TagLanes) -> TagLanes {
        var change = pairs &>> feedShift
        if isAdaptive { change &+= high(coupled, coupling) &<< couplingExponent }
        return change &+ leak(tags)
    }

    /// The change of eight second tags, in 128ths.
    @inline(__always)
    func slowChange(_ pairs: TagLanes, _ coupled: TagLanes, _ tags: TagLanes) -> TagLanes {
        (pairs &>> slowFeedShift) &+ (high(coupled, slowCoupling) &<< slowCouplingExponent) &+ slowLeak(tags)
    }

    @inline(__always)
    func leak(_ tags: TagLanes) -> TagLanes { ((TagLanes.zero &- tags &* decay) &>> decayShift) &<< decayExponent }

    @inline(__always)
    func slowLeak(_ tags: TagLanes) -> TagLanes { ((TagLanes.zero &- tags &* slowDecay) &>> slowDecayShift) &<< slowDecayExponent }
}

/// The product's upper 16 bits: one instruction where the processor has it.
@inline(__always)
private func high(_ lanes: TagLanes, _ factor: Int16) -> TagLanes {
    let wide = SIMD8<Int32>(truncatingIfNeeded: lanes) &* SIMD8<Int32>(repeating: Int32(factor))
    return TagLanes(truncatingIfNeeded: wide &>> 16)
}

/// tags + change / 128, rounded up where the draw is below the rest.
@inline(__always)
func rounded(_ tags: TagLanes, _ change: TagLanes, _ draws: TagLanes) -> TagLanes {
    let whole = tags &+ (change &>> 7)
    return whole.replacing(with: whole &+ 1, where: draws .< (change & 127))
}

@inline(__always)
func loadLanes(_ pointer: UnsafePointer<Int16>, _ index: Int) -> TagLanes {
    UnsafeRawPointer(pointer + index).loadUnaligned(as: TagLanes.self)
}

@inline(__always)
func storeLanes(_ lanes: TagLanes, _ pointer: UnsafeMutablePointer<Int16>, _ index: Int) {
    UnsafeMutableRawPointer(pointer + index).storeBytes(of: lanes, as: TagLanes.self)
}
