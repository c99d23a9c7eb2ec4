// All limits of operators, their sessions and their audit, in one place.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace florin::operators {

// People, those who are only invited included.
inline constexpr std::size_t operators_max = 10'000;
// Tenants at which one person has a role.
inline constexpr int grants_max = 200;
// Open sessions of one person; one more ends the oldest.
inline constexpr std::size_t sessions_max = 20;

inline constexpr Duration invitation_life = Duration::days(7);
// The first owner's link stands in a terminal, and a start without an owner makes another one.
inline constexpr Duration first_invitation_life = Duration::days(1);

inline constexpr Duration session_life = Duration::hours(12);
inline constexpr Duration session_idle = Duration::minutes(30);
// Use is written down at most this often; so an idle session may end up to this much early.
inline constexpr Duration session_use_interval = Duration::minutes(1);
static_assert(session_use_interval < session_idle && session_idle < session_life);

// Refused sign-ins of one address that cost no wait.
inline constexpr std::uint32_t free_failures = 5;
// The wait after the next one; it doubles with every further one.
inline constexpr Duration first_wait = Duration::seconds(1);
inline constexpr Duration wait_max = Duration::minutes(15);
// Failures older than this are forgotten.
inline constexpr Duration failures_life = Duration::hours(1);
static_assert(first_wait < wait_max && wait_max < failures_life);

// Characters of a password, not bytes; and how many of them must differ.
inline constexpr std::size_t password_length_min = 12;
inline constexpr std::size_t password_different_min = 5;
// Bytes of what a browser calls itself that are kept.
inline constexpr std::size_t user_agent_max = 200;

// Bytes of one JSON text in the audit; a longer one is left out, and says so.
inline constexpr std::size_t action_json_max = std::size_t{64} * 1024;

// Items of a page.
inline constexpr std::size_t operators_page_default = 100;
inline constexpr std::size_t actions_page_default = 50;
// Rows that one page of the audit looks at, when its filters pass over many.
inline constexpr std::size_t actions_scan_max = 2'000;
// Tenants that are listed to one who may act for all.
inline constexpr std::size_t access_max = 500;

}  // namespace florin::operators
