import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Threads that work on the same steps and wait for each other after each.
final class Team: Sendable {
    /// How many threads there are; 0 while they are being started.
    private let size = Atomic<Int>(0)
    private let waiting = Atomic<Int>(0)
    private let generation = Atomic<Int>(0)

    /// Runs `body` once on each of at most `threads` threads, all at the same time; the calling thread is number 0.
    ///
    /// The system may grant fewer threads than were asked for: `body` is told how many there are.
    static func run(threads: Int, _ body: @escaping @Sendable (_ team: Team, _ number: Int, _ count: Int) -> Void) {
        let team = Team()
        var helpers: [pthread_t] = []
        while helpers.count + 1 < threads {
            var helper = pthread_t()
            let member = Unmanaged.passRetained(Member(team: team, number: helpers.count + 1, body: body))
            let status = pthread_create(
                &helper, nil,
                { argument in
                    guard let argument else { return nil }
                    let member = Unmanaged<Member>.fromOpaque(argument).takeRetainedValue()
                    member.body(member.team, member.number, member.team.sizeWhenKnown())
                    return nil
                }, member.toOpaque())
            if status != 0 {
                member.release()
                break
            }
            helpers.append(helper)
        }
        team.size.store(helpers.count + 1, ordering: .releasing)
        body(team, 0, helpers.count + 1)
        for helper in helpers { pthread_join(helper, nil) }
    }

    /// Waits until every member of the team has come here.
    func wait() {
        let members = size.load(ordering: .relaxed)
        if members == 1 { return }
        let mine = generation.load(ordering: .acquiring)
        if waiting.add(1, ordering: .acquiringAndReleasing).newValue == members {
            waiting.store(0, ordering: .relaxed)
            generation.store(mine + 1, ordering: .releasing)
            return
        }
        Self.spin { generation.load(ordering: .acquiring) == mine }
    }

    private func sizeWhenKnown() -> Int {
        Self.spin { size.load(ordering: .acquiring) == 0 }
        return size.load(ordering: .acquiring)
    }

    /// Steps take microseconds: spin first, then leave the processor to whoever is late.
    private static func spin(while condition: () -> Bool) {
        var turns = 0
        while condition() {
            turns += 1
            if turns > 2000 { sched_yield() }
        }
    }

    private final class Member: Sendable {
        let team: Team
        let number: Int
        let body: @Sendable (Team, Int, Int) -> Void

        init(team: Team, number: Int, body: @escaping @Sendable (Team, Int, Int) -> Void) {
            self.team = team
            self.number = number
            self.body = body
        }
    }
}
