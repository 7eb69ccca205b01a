import Diagnostics
import Testing

@Suite struct NearestNameTests {
    @Test func findsASwappedLetter() { #expect(nearestName(to: "v_tresh", among: ["v_reset", "v_thresh", "tau_m"]) == "v_thresh") }

    @Test func staysSilentWhenNothingIsNear() { #expect(nearestName(to: "colour", among: ["v_reset", "tau_m"]) == nil) }
}
