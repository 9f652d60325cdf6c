(* SPDX-License-Identifier: MIT
   The workloads of driver.h in OCaml. How large the heap may become is set by run.py with
   OCAMLRUNPARAM, from what lives in it. *)

let list_nodes = 8
let keep_one_in = 16
let node_bytes = 32
let pause_ns = 20_000
let warm_ns = 500_000_000
let warm_max_ns = 3_000_000_000
let garbage_step = 1_000_000
let collections = 5

type node = Nil | Node of { tag : int; number : int; next : node }
type tree = Leaf | Tree of { left : tree; right : tree }

type vertex =
  | Nowhere
  | Vertex of { mutable to0 : vertex; mutable to1 : vertex; number : int }

let now_ns () = int_of_float (Unix.gettimeofday () *. 1e9)
let cpu_ns () = int_of_float (Sys.time () *. 1e9)
let random = ref 1

let draw nr =
  random := ((!random * 1103515245) + 12345) land 0x7fffffff;
  ((!random lsr 8) * nr) lsr 23

(* Gaps: as in driver.h. *)
let count = Array.make 512 0
let nr_gaps = ref 0
let max_gap = ref 0

let gap_add ns =
  let octave = ref 14 in
  while ns lsr (!octave + 1) > 0 do
    incr octave
  done;
  let at = ((!octave - 14) * 16) + ((ns lsr (!octave - 4)) land 15) in
  let at = if at < 512 then at else 511 in
  count.(at) <- count.(at) + 1;
  incr nr_gaps;
  if ns > !max_gap then max_gap := ns

let gap_quantile percent =
  let left = ref (((!nr_gaps * percent) + 99) / 100) and at = ref 0 in
  if !nr_gaps = 0 then 0
  else begin
    while !at < 511 && count.(!at) < !left do
      left := !left - count.(!at);
      incr at
    done;
    (16 + (!at mod 16)) lsl ((!at / 16) + 10)
  end

let list_new tag =
  let list = ref Nil in
  for i = 0 to list_nodes - 1 do
    list := Node { tag; number = i; next = !list }
  done;
  !list

let never = ref (-1)
let sink = ref Nil
let list_drop tag = if tag = !never then sink := list_new tag else ignore (Sys.opaque_identity (list_new tag))

let list_block table tag =
  table.(draw (Array.length table)) <- list_new tag;
  for i = 1 to keep_one_in - 1 do
    list_drop (tag + i)
  done

let list_run table tag min_ns min_lists max_ns =
  let start = now_ns () in
  let last = ref start and finish = !tag + min_lists and go = ref true in
  while !go do
    list_block table !tag;
    tag := !tag + keep_one_in;
    let now = now_ns () in
    if now - !last >= pause_ns then gap_add (now - !last);
    last := now;
    go := now - start < min_ns || (!tag < finish && now - start < max_ns)
  done

let rec list_sum = function Nil -> 0 | Node n -> n.tag + n.number + list_sum n.next

let slots_of heap_mb live_percent =
  let live = (heap_mb lsl 20) * live_percent / 100 in
  live / ((list_nodes * node_bytes) + 8) / keep_one_in * keep_one_in

let work_lists heap_mb live_percent seconds =
  let slots = slots_of heap_mb live_percent in
  let table = Array.make slots Nil in
  for i = 0 to slots - 1 do
    table.(i) <- list_new i
  done;
  let tag = ref slots in
  let heap_lists = (heap_mb lsl 20) / (list_nodes * node_bytes) in
  list_run table tag warm_ns (2 * heap_lists) warm_max_ns;
  Array.fill count 0 512 0;
  nr_gaps := 0;
  max_gap := 0;
  let first = !tag and wall = now_ns () and cpu = cpu_ns () in
  list_run table tag (int_of_float (seconds *. 1e9)) 0 0;
  let wall = now_ns () - wall and cpu = cpu_ns () - cpu in
  Printf.printf
    "objects=%d wall_ns=%d cpu_ns=%d pauses=%d p50_ns=%d p99_ns=%d max_ns=%d slots=%d tag=%d sum=%d\n"
    ((!tag - first) * list_nodes)
    wall cpu !nr_gaps (gap_quantile 50) (gap_quantile 99) !max_gap slots !tag
    (Array.fold_left (fun sum list -> sum + list_sum list) 0 table)

let garbage nr =
  for i = 1 to nr do
    let node = Sys.opaque_identity (Node { tag = i; number = i; next = Nil }) in
    if i = !never then sink := node
  done

let work_garbage seconds =
  let start = now_ns () in
  while now_ns () - start < warm_ns do
    garbage garbage_step
  done;
  let start = now_ns () and cpu = cpu_ns () and nr = ref 0 in
  while now_ns () - start < int_of_float (seconds *. 1e9) do
    garbage garbage_step;
    nr := !nr + garbage_step
  done;
  Printf.printf "objects=%d wall_ns=%d cpu_ns=%d\n" !nr (now_ns () - start) (cpu_ns () - cpu)

let rec tree_new depth =
  if depth = 0 then Tree { left = Leaf; right = Leaf }
  else
    let left = tree_new (depth - 1) in
    Tree { left; right = tree_new (depth - 1) }

let rec tree_count = function Leaf -> 0 | Tree t -> 1 + tree_count t.left + tree_count t.right

let work_trees depth =
  let start = now_ns () and cpu = cpu_ns () in
  let sum = ref (tree_count (tree_new (depth + 1))) in
  let held = tree_new depth in
  let d = ref 4 in
  while !d <= depth do
    for _ = 1 to 1 lsl (depth - !d + 4) do
      sum := !sum + tree_count (tree_new !d)
    done;
    d := !d + 2
  done;
  sum := !sum + tree_count held;
  Printf.printf "wall_ns=%d cpu_ns=%d sum=%d\n" (now_ns () - start) (cpu_ns () - cpu) !sum

let graph_make nodes shuffled =
  let table = Array.make nodes Nowhere in
  for i = 0 to nodes - 1 do
    table.(i) <- Vertex { to0 = Nowhere; to1 = Nowhere; number = i }
  done;
  for i = 0 to nodes - 1 do
    let a = if shuffled then draw nodes else (i + 1) mod nodes in
    let b = if shuffled then draw nodes else (i + 2) mod nodes in
    match table.(i) with
    | Nowhere -> ()
    | Vertex v ->
        v.to0 <- table.(a);
        v.to1 <- table.(b)
  done;
  if shuffled then
    for i = nodes - 1 downto 1 do
      let j = draw (i + 1) and other = table.(i) in
      table.(i) <- table.(j);
      table.(j) <- other
    done;
  table

let number = function Nowhere -> 0 | Vertex v -> v.number

let graph_sum table =
  let sum = ref 0 in
  Array.iteri
    (fun i vertex ->
      match vertex with
      | Nowhere -> ()
      | Vertex v -> sum := !sum + ((i + 1) * (v.number + (3 * number v.to0) + (5 * number v.to1))))
    table;
  !sum land 0xffffffffffff

let work_graph nodes shuffled =
  let table = graph_make nodes shuffled in
  let sum = graph_sum table in
  Gc.major (); (* ends a collection that has begun: each of the next is a whole one *)
  let one _ =
    let wall = now_ns () and cpu = cpu_ns () in
    Gc.major ();
    (now_ns () - wall, cpu_ns () - cpu)
  in
  let all = Array.init collections one in
  if graph_sum table <> sum then failwith "the graph has changed";
  let median pick =
    let times = Array.map pick all in
    Array.sort compare times;
    times.(collections / 2)
  in
  Printf.printf "objects=%d wall_ns=%d cpu_ns=%d sum=%d\n" nodes (median fst) (median snd) sum

let () =
  match Array.to_list Sys.argv with
  | [ _; "lists"; heap; live; seconds ] ->
      work_lists (int_of_string heap) (int_of_string live) (float_of_string seconds)
  | [ _; "garbage"; _; seconds ] -> work_garbage (float_of_string seconds)
  | [ _; "trees"; _; depth ] -> work_trees (int_of_string depth)
  | [ _; "graph"; _; nodes; order ] -> work_graph (int_of_string nodes) (order = "random")
  | _ ->
      prerr_endline "usage: as the other programs";
      exit 2
